"""What people write around their order: greetings, dates, places, "same as last time", "without", "no, three".

Every pattern works on text folded by ``folding.folded``. They are kept apart by what they say, so that each can be
read and tested on its own.
"""

from __future__ import annotations

import re
from typing import Final

from portal.orders.entry.counting import COUNTERS

_COUNTED: Final = "|".join(word for word in COUNTERS if "가" <= word[0] <= "힣")

LAST_ORDER: Final = re.compile(
    r"(?:지난|저번|전|접때)\s?(?:번|주|달|에|에\s?시킨)?\s?(?:주문|발주|에\s?시킨)?\s?(?:꺼|거|것|건|분|대로)?\s?"
    r"(?:이랑|랑|하고|와|과|이|처럼|으로|로)?\s?(?:주문|발주)?\s?(?:한|했던)?\s?"
    r"(?:똑\s?같이|똑같은\s?걸로|같이|같은\s?거|같은\s?걸로|동일하게|동일|그대로|같은데|같구|같고)"
    r"\s?(?:가고|하고|로|하되|요|보내주시고|주시고|해주시고)?"
    r"|(?:늘|항상|매번)\s?(?:시키던|하던|먹던)\s?(?:대로|거|걸로)"
    r"|(?<![a-z])(?:the\s)?same(?:\s(?:order|thing|again|stuff))?\s(?:as|like)\s(?:the\s)?(?:last|previous|usual|before)"
    r"(?:\s(?:time|week|month|order))?"
    r"|(?<![a-z])(?:(?:my|our|the)\s)?(?:usual|regular)\sorder|(?<![a-z])repeat\s(?:(?:my|our|the)\s)?last\sorder"
    r"|(?:前回|先週|先月|いつも)(?:の注文)?(?:と|の|通り|どおり)?(?:全く)?(?:同じ|同様|通り|どおり|注文)(?:もの|注文|内容|数量)?"
    r"(?:から|で|に|を)?"
    r"|(?:(?:la\s)?même\s(?:commande|chose)|(?:exactement\s)?(?:comme|pareil))\s(?:que\s)?"
    r"(?:la\sdernière\sfois|la\sfois\spassée|d'habitude|la\ssemaine\sdernière|l'habitude)"
)
"""The last order, all of it, again."""

_WEEKDAYS: Final = (
    r"(?:월|화|수|목|금|토|일)요일|(?:月|火|水|木|金|土|日)曜日?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?<![a-z])(?:tue|wed|thu|thurs|fri|sat)(?![a-z])"
    r"|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche"
)
DATES: Final = re.compile(
    r"(?:(?:다음|이번|담)\s?주\s?)?(?:오늘|내일모레|내일|모레|글피|낼|(?:월|화|수|목|금|토|일)요일)"
    r"(?:\s?(?:아침|오전|오후|점심|저녁|새벽|밤|중))?(?:까지|에|으로|로|날|은|는)?(?:\s?(?:받을게요|받을께요|도착|배송|출고))?(?![가-힣]{0,1}[a-z])"
    r"|(?:다음|이번|담)\s?주(?:\s?중|까지|에)?(?=\s|$)"
    r"|(?<![\d.])\d{1,2}\s?월\s?\d{1,2}\s?일(?:까지|에|로)?|(?<![\d.])\d{1,2}\s?일(?:까지|날|에)(?=\s|$)"
    r"|(?<![\d/])\d{1,2}/\d{1,2}(?:\s?(?:까지|일까지|着|到着|まで|\([월화수목금토일月火水木金土日]\)))+"
    r"|(?:(?:来|今)週の?)?(?:明後日|明日|本日|今日|(?:月|火|水|木|金|土|日)曜日?)"
    r"(?:の?(?:朝|午前中?|午後|夕方|中))?(?:まで|着|必着|到着|に|で|は|の)*"
    r"|(?:来|今)週(?:中|まで|に)*|\d{1,2}月\d{1,2}日(?:まで|着|に|で)*"
    rf"|(?<![a-zà-ÿ])(?:(?:by|on|for|before|until|this|next|pour|avant|d'ici|dès|le|than)\s)*(?:{_WEEKDAYS}|tomorrow|today|tonight"
    r"|demain|aujourd'hui|la\ssemaine\sprochaine|next\sweek|end\sof\sthe\sweek)"
    r"(?:\s(?:morning|afternoon|evening|noon|matin|midi|soir|après-midi|prochaine?))?(?![a-zà-ÿ])"
    r"|(?<![a-z])(?:by|on)\s(?:the\s)?\d{1,2}(?:st|nd|rd|th)(?![a-z])"
)
"""Days on which something is wanted."""

PLACES: Final = re.compile(
    r"(?<![가-힣])[가-힣]{1,8}(?<!상)(?<!단)(?:점|지점|매장|창고)(?:\s?(?:으로|로|에|앞으로|에서|입니다|이에요|예요|이구요|인데요|요))(?![가-힣])"
    r"|[\u30a0-\u30ff\u4e00-\u9fff]{1,8}(?:店|倉庫|営業所)(?:まで|へ|に|宛|着|です)+"
    r"|(?<![a-z])(?:to|at|for)\s(?:the|our)\s[a-z][a-z' ]{1,30}?"
    r"(?:store|shop|warehouse|branch|location|café|cafe)(?![a-z])"
    r"|(?<![a-z])this\sis\s[a-z]+\s(?:from|at|of)\s[a-z0-9' ]{2,40}(?=[.,]|$)"
    r"|(?<![a-zà-ÿ])(?:au|à la|pour la|pour le)\s(?:magasin|boutique|entrepôt|succursale)"
    r"(?:\s(?:de|du|d')\s?[a-zà-ÿ'-]+)?"
)
"""Where something is to go."""

GREETINGS: Final = re.compile(
    r"(?:사장|부장|과장|대표|실장|팀장|차장|대리|담당자)님(?:께)?|안녕하세요|안녕하십니까|안녕하셔요|수고(?:하세요|하십니다|많으십니다|하셔요)|고생하세요"
    r"|감사(?:합니다|해요|드립니다|드려요)|고맙습니다|알겠습니다|확인(?:했습니다|했어요|요)"
    r"|좋은\s?하루\s?(?:되세요|보내세요)|즐거운\s?\S+\s?(?:되세요|보내세요)|항상"
    rf"|(?:^|(?<=\s))(?:네|넵|넹|예|아|음)+(?=[\s,]|$)(?!\s(?:{_COUNTED}))"  # 네 is yes, and four.
    r"|[ㅋㅎㅠㅜㅇ^]+|(?<![a-z])(?:hi|hello|hey|good\s(?:morning|afternoon|evening)|morning|dear|team|cheers|regards)(?:\s(?:there|all|team))?(?![a-z])"
    r"|(?<![a-z])(?:many\s)?thank(?:s|\syou)(?:\s(?:so|very)\smuch|\sa\slot|\sagain)?(?![a-z])"
    r"|(?<![a-z])(?:have\sa\s(?:great|good|nice)\s[a-z]+|ok(?:ay)?|great|perfect|no\sworries|got\sit)(?![a-z])"
    r"|いつも(?:大変)?お世話になって(?:おります|います)|お世話になって(?:おります|います)|お世話様です|お疲れ様です|こんにちは|おはようございます"
    r"|(?:誠に)?ありがとうございます|ありがとうございました|承知(?:しました|いたしました)|了解(?:です|しました)|すみません|恐れ入りますが"
    r"|(?<![a-zà-ÿ])(?:bonjour|bonsoir|salut|merci(?:\s(?:beaucoup|d'avance|bien))?|parfait|très\sbien|d'accord|cordialement"
    r"|bonne\s(?:journée|soirée|fin\sde\ssemaine))(?![a-zà-ÿ])"
)
"""Words that want nothing."""

REQUESTS: Final = re.compile(
    r"(?:보내|넣어|추가해|갖다|가져다|준비해|챙겨|배송해|출고해|발주해|주문해|해|좀)\s?(?:주세요|주십시오|주시면|주실|주시고|줘요|주시겠어요)(?:\s?(?:됩니다|감사하겠습니다))?"
    r"|부탁\s?(?:드립니다|드려요|드릴게요|드릴께요|합니다|해요|드리겠습니다|해용|요)?|주문\s?(?:합니다|할게요|할께요|드립니다|드려요|이요|요|넣습니다|부탁)?"
    r"|발주\s?(?:합니다|드립니다|넣습니다|요)?|필요(?:합니다|해요|해용)|추가(?:요|로|합니다|해요|할게요|만)?(?=\s|$)|주세요|주십시오|주셔요|주실래요"
    r"|받을\s?수\s?있을까요|보내주실\s?수\s?있(?:나요|을까요)|가능할까요|가능한가요|될까요|되나요|되죠|할게요|할께요|(?<![가-힣])(?:혹시|좀|그리고|그럼|또|이번엔|이번에는|만|요)(?=\s|$)"
    r"|(?<=\s)(?:이요|요|로요)(?=\s|$)"
    r"|(?<![a-z])(?:(?:please|pls|plz|kindly)(?:\s(?:send|deliver|add|order|ship|bring)(?:\s(?:me|us|over))?)?"
    r"|(?:can|could|may)\s(?:i|we|you)\s(?:please\s)?(?:also\s)?(?:get|have|order|add|send|deliver|bring)(?:\s(?:me|us))?"
    r"|(?:i|we)(?:'d|'ll|\swould|\swill)?\s(?:also\s)?(?:need|want|take|like|order|have)(?:\sto\s(?:order|get|have))?(?:\sto)?"
    r"|(?:send|give|bring|deliver|ship)(?:\s(?:me|us))?|need|also|deliver|just|only|want|order|looking\sfor|plus|more|extra|some)(?![a-z])"
    r"|よろしく(?:お願い(?:します|いたします|致します|申し上げます))?|お願い(?:します|いたします|致します|できますか)|ください|下さい|を?追加(?:して|で|を)?|を?注文(?:します|したい(?:です)?)|いただけますか"
    r"|欲しいです|必要です|です(?=\s|$)|だけ"
    r"|(?<![a-zà-ÿ])(?:s'il\s(?:vous|te)\spla[iî]t|svp|stp|il\s(?:me|nous)\sfa(?:ut|udrait)|je\s(?:voudrais|veux|prends|commande)|j'aimerais"
    r"|nous\s(?:voudrions|prenons|commandons)|(?:pouvez|pourriez)-vous\s(?:m'envoyer|nous\senvoyer|ajouter|livrer|envoyer)"
    r"|envoyez(?:-(?:moi|nous))?|ajoutez|livrez(?:-nous)?|seulement|aussi|encore|en\splus|juste)(?![a-zà-ÿ])"
)
"""Words that ask politely and say nothing of what."""

QUESTIONS: Final = re.compile(
    r"[?？]|있나요|있을까요|있어요\s*$|있습니까|언제|되나요|될까요|가능한가요|가능할까요|들어와요|들어오나요|어떻게|뭐가|몇\s?개"
    r"|ありますか|いつ|でしょうか|できますか|いくら|可能ですか|(?<![a-z])(?:do\syou\shave|is\sthere|are\sthere|when\s(?:will|is|are|can|do)|what's|what\sis|could\swe\sget\sthe)(?![a-z])"
    r"|(?<![a-zà-ÿ])(?:avez-vous|est-ce\sque|quand|y\sa-t-il)(?![a-zà-ÿ])"
)
"""A sentence that asks."""

PRICE_QUESTIONS: Final = re.compile(
    r"얼마|견적|가격|단가|(?<![a-z])(?:how\smuch|price|quote|cost)s?(?![a-z])|価格|見積|値段|いくら|(?<![a-zà-ÿ])(?:combien\sco[uû]te?|prix|devis)(?![a-zà-ÿ])"
)
"""A sentence that asks what something costs, and orders nothing."""

COMPLAINTS: Final = re.compile(
    r"반품|교환|환불|파손|불량|누락|빠졌|깨졌|터졌|상했|잘못|안\s?(?:왔|옴|들어왔|도착)|못\s?받|덜\s?왔|(?:온|받은|시킨|주문한|샀던)\s"
    r"|(?<![a-z])(?:return(?:ed|ing)?|refund|broken|damaged|missing|wrong|received|got|arrived|ordered|was|were|haven't|hasn't|didn't|don't|do\snot)"
    r"(?![a-z])"
    r"|返品|交換|返金|破損|不良|不足|届い|届き|届かな|間違|足りな"
    r"|(?<![a-zà-ÿ])(?:retour|rembours|cassé|abîmé|manqu|reçu|erreur|étai)"
)
"""A sentence that speaks of goods that came or did not, or of what is not to be done: nothing in it is sure."""

EITHER: Final = frozenset(
    {
        "or",
        "또는",
        "아니면",
        "혹은",
        "ou",
        "か",
        "または",
        "중",
        "중에",
        "아니고",
        "말고",
        "보다",
        "not",
        "but",
    }
)
"""Words between two counts that leave open which of them is meant."""

REMOVED_BEFORE: Final = re.compile(
    r"(?:은|는|만|을|를|도)?\s?(?P<mark>빼고요?|빼\s?주세요|빼주시고|빼\s?주시고|빼주셔요|빼줘요|빼요|뺄게요|제외(?:하고|해\s?주세요|요)?|말고|대신에?|취소(?:해\s?주세요|요|합니다|부탁\S*)?"
    r"|(?<=\s)됐(?:고요?|어요)|안\s?(?:시켜요|필요해요|주셔도)|필요\s?없(?:고|어요|습니다)|없이)"
    r"|(?:は|を|だけ|も)*(?P<mark_ja>なしで|抜きで|抜いて(?:ください)?|除いて(?:ください)?|の代わりに|ではなくて?|じゃなくて?|以外(?:で|は)?|不要(?:です|で)?|いりません"
    r"|(?:を)?(?:キャンセル|取り消し)(?:して(?:ください)?|で|をお願いします)?|やめて)"
)
"""What stands before it is not wanted."""

REMOVED_AFTER: Final = re.compile(
    r"(?<![a-zà-ÿ])(?P<mark>without|except(?:\sfor)?|minus|but\sskip|skip|leave\sout|no\smore|instead\sof|rather\sthan|not|no"
    r"|cancel|remove|drop|take\soff|au\slieu\s(?:de|d'|du|des)|à\sla\splace\s(?:de|d'|du|des)|plutôt\sque|pas\s(?:de|d')|annulez|annuler|enlevez|retirez|sauf|sans)"
    r"(?:\s(?:the|le|la|les|any))?(?:\s|(?<='))(?P<words>l'[^,;]+?|[^,;]+?)"
    r"(?=\s?(?:(?:,|;|$)|\s(?:this\s(?:time|week)|cette\sfois|but|and\s(?:add|\d)|mais|et\s\d|just)))"
)
"""What stands after it is not wanted."""

NEEDS_LAST_ORDER: Final = frozenset({"without", "sans", "minus", "except", "except for", "sauf", "not"})
"""Marks that are words of names too: they take away only where the last order is spoken of."""

CORRECTIONS: Final = re.compile(
    r"(?:(?<=[\s.,!])|^)(?:아\s?)?(?:아니다|아니요|아니|정정이요|정정합니다|정정|수정이요|수정)[,!.]?\s"
    r"|(?<![a-z])(?:(?:oh\s|oops\s)?no,?\s(?:wait,?\s)?(?:make\s(?:that|it)\s)?|sorry,?\s(?:(?:i\smean|make\s(?:that|it))\s)?|actually,?\s(?:make\s(?:that|it)\s)?"
    r"|make\s(?:that|it)\s|correction:?\s|scratch\sthat,?\s|i\smean\s)(?=[a-z0-9])"
    r"|(?:いや、?|いえ、?|すみません、?|訂正(?:します|で)?、?|やっぱり)(?=\s?[\d一二三四五六七八九十\u3041-\u9fff])"
    r"|(?<![a-zà-ÿ])(?:non,?\s(?:plutôt\s)?|pardon,?\s|plutôt\s|correction\s?:?\s)(?=[\da-zà-ÿ])"
)
"""What follows replaces what was just said."""

SENTENCE_END: Final = re.compile(r"\n+|[.!?…]+(?=\s|$)|[。;]+|[.]{2,}")
SEPARATORS: Final = re.compile(
    r"\x1f|(?<!\d),|,(?!\d)|,(?=\d{1,2}(?!\d))|(?<=\D),(?=\d)|、|(?<=\s)[/&+|](?=\s)|\s(?:and|et|및|그리고|하고|plus|puis)(?=\s)|(?<=[개병봉팩통])랑\s"
)
LIST_MARKS: Final = re.compile(r"(?m)^\s*(?:\d{1,2}[.)]\s+|[-*>]+\s+|[①-⑳]\s*)")
