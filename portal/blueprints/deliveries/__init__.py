"""Deliveries for people's calendars."""
