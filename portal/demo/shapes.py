"""What the pictures of the demo show, in plain shapes on a square of 1080 by 1080."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw

PAPER: Final = "#f4f1ec"
_SQUARE: Final = 1080
_DARK: Final = "#3b2f2a"
_LABEL: Final = "#fffaf2"


class Pen:
    """Draws on an image of any size, told where on the square of 1080."""

    def __init__(self, image: Image.Image) -> None:
        self._canvas = ImageDraw.Draw(image)
        self._scale = image.width / _SQUARE

    def oval(self, left: int, top: int, right: int, bottom: int, fill: str) -> None:
        """An ellipse that fills the box."""
        self._canvas.ellipse(self._box(left, top, right, bottom), fill=fill)

    def block(self, left: int, top: int, right: int, bottom: int, fill: str, radius: int = 0) -> None:
        """A rectangle, its corners rounded by the radius."""
        self._canvas.rounded_rectangle(self._box(left, top, right, bottom), radius * self._scale, fill=fill)

    def shape(self, *points: int, fill: str) -> None:
        """A polygon: x and y of each corner in turn."""
        corners = zip(points[::2], points[1::2], strict=True)
        self._canvas.polygon([(x * self._scale, y * self._scale) for x, y in corners], fill=fill)

    def line(self, *points: int, fill: str, width: int) -> None:
        """A line from point to point."""
        corners = zip(points[::2], points[1::2], strict=True)
        path = [(x * self._scale, y * self._scale) for x, y in corners]
        self._canvas.line(path, fill=fill, width=int(width * self._scale), joint="curve")

    def arc(
        self, left: int, top: int, right: int, bottom: int, *, start: int, end: int, fill: str, width: int
    ) -> None:
        """A part of the edge of an ellipse, in degrees clockwise from three o'clock."""
        box = self._box(left, top, right, bottom)
        self._canvas.arc(box, start, end, fill=fill, width=int(width * self._scale))

    def _box(self, left: int, top: int, right: int, bottom: int) -> tuple[float, float, float, float]:
        return (left * self._scale, top * self._scale, right * self._scale, bottom * self._scale)


Drawing = Callable[[Pen, str], None]
"""Draws a thing in its colour."""


def bag(pen: Pen, colour: str) -> None:
    """Coffee beans in their bag."""
    pen.shape(320, 250, 760, 250, 800, 900, 280, 900, fill=colour)
    pen.block(320, 180, 760, 260, _DARK)
    pen.block(390, 430, 690, 700, _LABEL, 24)
    for left, top in ((450, 500), (540, 560)):
        pen.oval(left, top, left + 96, top + 70, _DARK)
        pen.arc(left + 8, top - 20, left + 88, top + 60, start=20, end=160, fill=_LABEL, width=6)


def pouch(pen: Pen, colour: str) -> None:
    """Powder in a pouch that stands."""
    pen.shape(300, 200, 780, 200, 760, 900, 320, 900, fill=colour)
    pen.block(300, 180, 780, 250, _DARK, 10)
    pen.block(360, 400, 720, 740, _LABEL, 170)
    pen.shape(420, 640, 540, 510, 660, 640, fill=colour)
    pen.block(420, 630, 660, 660, colour, 14)


def sack(pen: Pen, colour: str) -> None:
    """Flour or sugar in a paper sack."""
    pen.shape(300, 260, 780, 260, 810, 900, 270, 900, fill="#fdfaf4")
    pen.shape(300, 260, 350, 180, 730, 180, 780, 260, fill="#e4dccd")
    pen.shape(291, 430, 789, 430, 804, 760, 276, 760, fill=colour)
    pen.oval(430, 490, 650, 700, _LABEL)
    pen.line(540, 660, 540, 540, fill=colour, width=14)
    for top in (550, 590, 630):
        pen.line(490, top - 20, 540, top + 10, 590, top - 20, fill=colour, width=12)


def box(pen: Pen, colour: str) -> None:
    """Tea bags or sticks in a box."""
    pen.shape(250, 330, 330, 250, 830, 250, 750, 330, fill=_DARK)
    pen.shape(750, 330, 830, 250, 830, 820, 750, 900, fill=_DARK)
    pen.block(250, 330, 750, 900, colour)
    pen.block(330, 430, 670, 780, _LABEL, 20)
    pen.shape(500, 490, 590, 600, 500, 720, 410, 600, fill=colour)
    pen.line(500, 560, 500, 720, fill=_LABEL, width=12)


def cup(pen: Pen, colour: str) -> None:
    """A paper cup with its sleeve and lid."""
    pen.shape(350, 260, 730, 260, 670, 910, 410, 910, fill="#ffffff")
    pen.shape(366, 430, 714, 430, 690, 690, 390, 690, fill=colour)
    pen.block(330, 210, 750, 280, "#e8e2d8", 30)


def clear_cup(pen: Pen, colour: str) -> None:
    """A clear cup with a dome and a straw."""
    pen.line(560, 420, 620, 110, 700, 110, fill="#5f9a6c", width=26)
    pen.oval(350, 210, 730, 500, "#dfeaee")
    pen.shape(340, 360, 740, 360, 670, 910, 410, 910, fill=colour)
    pen.shape(372, 520, 708, 520, 664, 890, 416, 890, fill="#dfeaee")
    for left, top in ((430, 560), (540, 620), (450, 700)):
        pen.block(left, top, left + 90, top + 90, "#ffffff", 16)
    pen.block(320, 340, 760, 390, "#f7fafb", 24)


def lid(pen: Pen, colour: str) -> None:
    """Lids of cups, stacked."""
    for top in (640, 520, 400):
        pen.oval(240, top + 70, 840, top + 250, "#5a5552")
        pen.oval(240, top + 40, 840, top + 220, colour)
        pen.oval(320, top + 20, 760, top + 160, "#5a5552")
        pen.oval(320, top, 760, top + 140, colour)
    pen.oval(480, 500, 560, 524, PAPER)


def straws(pen: Pen, colour: str) -> None:
    """Straws in a tumbler."""
    for left, lean in ((420, -90), (480, -40), (540, 10), (600, 60), (650, 110)):
        pen.line(left, 620, left + lean, 130, fill=colour, width=40)
        pen.line(left + lean * 3 // 10, 460, left + lean * 4 // 10, 400, fill=_LABEL, width=40)
        pen.line(left + lean * 7 // 10, 280, left + lean * 8 // 10, 230, fill=_LABEL, width=40)
    pen.shape(350, 560, 730, 560, 690, 910, 390, 910, fill="#ffffff")
    pen.shape(364, 660, 716, 660, 704, 780, 376, 780, fill=colour)


def sleeve(pen: Pen, colour: str) -> None:
    """The sleeve of a cup, with its ribs."""
    pen.shape(270, 330, 810, 330, 740, 890, 340, 890, fill=colour)
    pen.oval(270, 270, 810, 390, "#8f6540")
    pen.oval(310, 290, 770, 372, "#6f4c2e")
    for left, right in ((360, 400), (450, 468), (540, 540), (630, 612), (720, 680)):
        pen.line(left, 420, right, 860, fill="#a5764d", width=12)


def carrier(pen: Pen, colour: str) -> None:
    """Two cups in a carrier."""
    for left in (260, 580):
        pen.shape(left, 330, left + 240, 330, left + 210, 800, left + 30, 800, fill="#ffffff")
        pen.block(left - 15, 290, left + 255, 345, _DARK, 24)
    pen.shape(480, 560, 510, 180, 570, 180, 600, 560, fill="#a98860")
    pen.shape(190, 560, 890, 560, 840, 900, 240, 900, fill=colour)
    pen.block(480, 690, 600, 760, "#a98860", 34)


def paper_bag(pen: Pen, colour: str) -> None:
    """A bag with handles."""
    pen.arc(420, 150, 660, 480, start=180, end=360, fill=_DARK, width=22)
    pen.block(300, 310, 780, 900, colour)
    pen.shape(780, 310, 830, 350, 830, 860, 780, 900, fill="#a87d4b")
    pen.oval(440, 500, 640, 700, _LABEL)
    pen.shape(490, 560, 590, 560, 572, 660, 508, 660, fill=_DARK)


def napkins(pen: Pen, colour: str) -> None:
    """Napkins in a stack."""
    for top in range(800, 440, -36):
        pen.shape(220, top, 700, top - 120, 880, top - 10, 400, top + 110, fill="#d6c9b3")
        pen.shape(220, top - 14, 700, top - 134, 880, top - 24, 400, top + 96, fill="#fffdf9")
    pen.shape(220, 450, 700, 330, 880, 440, 400, 560, fill=colour)
    pen.shape(220, 450, 700, 330, 640, 470, fill="#fffdf9")


def bottle(pen: Pen, colour: str) -> None:
    """A bottle with a label."""
    pen.block(490, 130, 590, 230, _DARK, 16)
    pen.block(505, 210, 575, 400, colour, 20)
    pen.block(400, 340, 680, 910, colour, 60)
    pen.block(400, 520, 680, 760, _LABEL)
    pen.oval(490, 580, 590, 700, colour)


def pump(pen: Pen, colour: str) -> None:
    """Sauce in a bottle with a pump."""
    pen.line(540, 330, 540, 170, 700, 170, 700, 220, fill=_DARK, width=30)
    pen.block(470, 280, 610, 390, _DARK, 16)
    pen.block(350, 370, 730, 910, colour, 70)
    pen.block(350, 520, 730, 790, _LABEL)
    pen.shape(540, 560, 600, 670, 480, 670, fill=colour)
    pen.oval(480, 630, 600, 750, colour)


def jar(pen: Pen, colour: str) -> None:
    """A jar with a lid."""
    pen.block(290, 470, 790, 900, colour, 70)
    pen.block(270, 330, 810, 490, "#ffffff", 40)
    pen.block(420, 610, 660, 760, _LABEL, 16)


def can(pen: Pen, colour: str) -> None:
    """A can with a label."""
    pen.block(310, 290, 770, 900, "#c9ced3", 40)
    pen.oval(310, 230, 770, 350, "#e6e9ec")
    pen.oval(350, 250, 730, 330, "#c9ced3")
    pen.block(310, 390, 770, 830, colour)
    pen.oval(410, 470, 670, 750, _LABEL)
    pen.shape(540, 510, 600, 620, 480, 620, fill=colour)
    pen.oval(480, 580, 600, 700, colour)


def carton(pen: Pen, colour: str) -> None:
    """Milk or cream in a carton."""
    pen.block(350, 160, 730, 220, "#dfe3e6")
    pen.shape(350, 220, 730, 220, 780, 370, 300, 370, fill="#f9fafa")
    pen.block(300, 370, 780, 900, "#ffffff")
    pen.block(300, 560, 780, 900, colour)
    pen.oval(420, 450, 660, 690, _LABEL)
    pen.shape(540, 490, 590, 580, 490, 580, fill=colour)
    pen.oval(490, 550, 590, 650, colour)


def pack(pen: Pen, colour: str) -> None:
    """Butter in its paper."""
    pen.block(220, 460, 860, 890, colour, 26)
    pen.block(220, 560, 860, 780, _LABEL)
    pen.oval(470, 600, 610, 740, colour)


def machine(pen: Pen, colour: str) -> None:
    """An espresso machine with two groups."""
    pen.block(200, 300, 880, 480, colour, 36)
    pen.block(240, 450, 840, 780, "#cfd4d8", 12)
    pen.block(200, 770, 880, 900, colour, 30)
    for left in (360, 620):
        pen.block(left, 470, left + 100, 540, _DARK, 10)
        pen.block(left + 30, 540, left + 70, 600, _DARK, 8)
        pen.block(left - 4, 660, left + 104, 770, "#ffffff", 14)
    pen.oval(500, 340, 580, 420, "#ffffff")


def bolt(pen: Pen, colour: str) -> None:
    """A bolt with its thread."""
    pen.shape(360, 250, 450, 190, 630, 190, 720, 250, 720, 360, 360, 360, fill=colour)
    pen.block(460, 360, 620, 880, colour, 14)
    for top in range(520, 860, 34):
        pen.line(452, top + 18, 628, top, fill="#6d757c", width=9)


def lipstick(pen: Pen, colour: str) -> None:
    """A lipstick, opened."""
    pen.shape(470, 300, 610, 200, 610, 520, 470, 520, fill=colour)
    pen.block(450, 500, 630, 640, "#d8b36a", 10)
    pen.block(420, 620, 660, 900, "#2b2b2f", 18)
