"""The words dates are written with, in many languages at once. Tables only; `dates` owns the rules.

All words are folded (lower case, no accents), so that one entry covers `févr.`, `Fevr` and `FÉVR`.
Languages stand together on purpose: themes mix them ("2 jours ago", "March 3" on a French page).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_STROKED: Final = {"ı": "i", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d"}
"""Letters that Unicode does not take apart."""


class _Folding(dict[int, str]):
    """Character to folded character, filled as it is asked; scripts that mark vowels apart are left alone."""

    def __missing__(self, point: int) -> str:
        folded = _STROKED.get(chr(point), chr(point))
        if point < 0x2000 or 0xFF00 <= point < 0xFFF0:
            folded = unicodedata.normalize("NFKD", folded)[0].lower()[0]
        self[point] = folded
        return folded


_FOLDING: Final = _Folding()


def fold(text: str) -> str:
    """Lower the case and drop the accents, one character for one, so that places in the text stay the same."""
    return text.translate(_FOLDING)


def _rows(text: str) -> Iterator[tuple[str, list[str]]]:
    """Read `name: words…` with its continued lines; words part at a comma where there is one, else at spaces."""
    name, words = "", ""
    for line in text.strip().splitlines():
        head, colon, rest = line.partition(": ")
        if colon and not head.startswith("        "):
            if name:
                yield name, _words(words)
            name, words = head.strip(), rest
        else:
            words += " " + line.strip()
    yield name, _words(words)


def _words(text: str) -> list[str]:
    parts = text.split(",") if "," in text else text.split()
    return [fold(" ".join(part.split())) for part in parts if part.strip()]


def _names(text: str) -> dict[str, str]:
    return {word: name for name, words in _rows(text) for word in words}


def _values(text: str) -> dict[str, int]:
    return {word: int(name) for name, words in _rows(text) for word in words}


WORD: Final = re.compile(r"\d+|[^\W\d_][^\s\d.,:;!?()\[\]/|–—-]*")
"""A number, or a word with its apostrophes and vowel signs."""

UNITS: Final = _names(
    """
    second: sek seg sn sekundou sekundami sekundi sekunti с сек секунди δευτ δευτερολεπτο secunda secunde segon segons
        שניות שנייה שנ׳ שניה सेकंड से॰ masodperccel masodperce dtk ثوانى ثواني sekundu s sec secs second seconds
        seconde secondes sekunde sekunden segundo segundos secondo secondi seconden
        sekunda sekundy sekund sekunder секунду секунды секунд saniye sekuntia δευτερολεπτα detik giay ثانية
        ثوان
    minute: хв λεπ mnt मि॰ דק׳ perccel m min mins mn minute minutes minuten minuto minutos minuti minuut minuta
        minuty minut minuter minutter
        minutt minutou minutami minuutti minuuttia dakika dk минуту минуты минут хвилину хвилини хвилин λεπτα
        λεπτο menit phut perc perce دقيقة دقايق minuts мин דקות דקה मिनट
    hour: ч tim t godz ωρ ω घंटे घंटा घं॰ שע׳ oraval h hr hrs hour hours heure heures stunde stunden std ora ore
        hora horas uur uren godzine godzina godziny
        godzin timme timmar time timer hodina hodiny hodin hodinu hodinou hodinami tunti tuntia saat sa час
        часа часов годину години годин ωρα ωρες jam gio oraja ساعة ساعات hores שעה שעות घटे घटा
    day: dgn dogn дн pv ημ g d j jr jrs day days jour jours tag tage tagen dia dias giorno giorni gg dag dagen
        dage dager dagar dygn
        dzien dni dnia den dny dnu dnem paiva paivaa gun день дня днеи дні днів дни ημερα ημερες μερες zile zi
        hari ngay nap napja nappal يوم ايام يوما dies ימים יום दिन
    week: اسبوعا wo tyg tydz tyd hf v vk тиж нед setm sapt mgg שב׳ εβδ w wk wks week weeks semaine semaines sem
        woche wochen semana semanas settimana settimane sett weken
        tydzien tygodnie tygodni tygodnia vecka veckor uge uger uke uker tyden tydny tydnu tydnem viikko
        viikkoa hafta неделю недели недель неделя тиждень тижні тижнів εβδομαδα εβδομαδες saptamana saptamani
        minggu tuan hete hettel اسبوع اسابيع setmana setmanes שבוע שבועות हफ्ते सप्ताह
    month: mies md mdr man kk мес міс माह bln חו׳ honappal μην mo mos month months mois monat monate monaten mes
        meses mese mesi maand maanden miesiac miesiace
        miesiecy manad manader maned maneder maaned maaneder mesic mesice mesicu mesicem mesici kuukausi
        kuukautta ay месяц месяца месяцев місяць місяці місяців μηνα μηνας μηνες luna luni bulan thang honap
        honapja شهر اشهر شهور شهرا mesos חודש חודשים महीने
    year: л р г thn वर्ष evvel l r yr yrs year years ans annee annees jahr jahre jahren ano anos anno anni jaar
        jaren rok lata lat ar aar
        roky lety let rokem vuosi vuotta yil sene год года лет рік роки років χρονο χρονια ετος ετη ani tahun
        nam ev eve سنة سنوات سنين عام اعوام any anys שנה שנים साल
    """
)
"""Word to unit, without those that mean something else too (`an`, `y`: see `dates`)."""

LOCAL_UNITS: Final = {
    ("fr", "m"): "month", ("es", "m"): "month", ("fi", "v"): "year", ("nb", "u"): "week", ("no", "u"): "week",
    ("da", "u"): "week", ("uk", "год"): "hour", ("id", "h"): "day",
}  # fmt: skip
"""Language and abbreviation to unit, where it means another one elsewhere."""

DUALS: Final = _names(
    """
    hour: ساعتين שעתיים
    day: يومين יומיים
    week: اسبوعين שבועיים
    month: شهرين חודשיים
    year: سنتين عامين שנתיים
    minute: دقيقتين
    second: ثانيتين
    """
)
"""Words that mean two of a unit."""

NUMBERS: Final = _values(
    """
    1: a an one un une uno una um uma ein eine einem einer einen een en ett et jeden jedna jedno один одну
        одна одно bir yksi ena ενα μια μιας satu mot egy واحد واحدة o
    2: two deux שתי שני zwei dos due dois duas twee dwa dwie dva dve два две дві tva to iki kaksi doi doua dua hai ket
        δυο
    3: three trois drei tres tre drie trzy tri три uc kolme trei tiga ba harom τρεις τρια
    4: four quatre vier cuatro quattro quatro cztery ctyri четыре чотири fyra fire dort nelja patru empat
    5: five cinq funf cinco cinque vijf piec pet пять fem bes viisi cinci lima
    6: six sechs seis sei zes szesc sest шесть sex seks alti kuusi sase enam
    7: seven sept sieben siete sette sete zeven siedem sedm семь sju syv yedi
    8: eight huit acht ocho otto oito osiem osm восемь atta otte sekiz
    9: nine neuf neun nueve nove negen dziewiec devet девять nio ni dokuz
    10: ten dix zehn diez dieci dez tien dziesiec deset десять tio ti
    12: twelve douze zwolf doce dodici doze twaalf
    15: quinze quince quindici fifteen funfzehn
    """
)

FEW: Final = frozenset(
    _words(
        """
    alcune alcuni algumas algunas algunos alguns beberapa birkac cateva einige einigen enkele few kilka muutama
    muutamia nagra nekolik nekolika noen nogle paar par pare plusieurs poche pochi poucas poucos qualche
    quelques several unas unos varios wenigen кілька несколько
        """
    )
)
"""Words for a small number that is not told."""

AGO: Final = frozenset(
    _words(
        """
    acum ago sen atras ezelott fa geleden ha hace lalu nazaj once preced pred pries prije przed purje sedan siden
    sitten tagasi temu truoc vor πριν назад преди тому לפני قبل لפני منذ पहले
        """
    )
)
"""Words that put a span of time into the past."""

FILLERS: Final = frozenset(
    _words(
        """
    about almost and apo approx approximately aproximadamente around ca casi cerca circa d da de e en environ
    et etwa fast for i il ja la le less more mult och of og ok okolo ongeveer over peine plus presque quase
    quasi rund si sur than the und ungefahr ve y yang απο и около
        """
    )
)
"""Words that change nothing in a span of time."""

DAYS_BACK: Final = _values(
    """
    0: today, aujourd'hui, aujourd’hui, heute, hoy, oggi, hoje, vandaag, dzisiaj, dzis, сегодня, сьогодні,
        idag, i dag, dnes, bugun, tanaan, 今日, 本日, 今天, 오늘, اليوم, astazi, avui, σημερα, hari ini, hom nay
    1: yesterday, hier, gestern, ayer, ieri, ontem, gisteren, wczoraj, вчера, вчора, igar, i gar, vcera, dun,
        eilen, אתמול, 昨日, きのう, 昨天, 어제, امس, ahir, χθες, εχθες, kemarin, hom qua, tegnap
    2: avant-hier, avant hier, vorgestern, anteayer, antier, l'altro ieri, altroieri, anteontem, eergisteren,
        przedwczoraj, позавчера, позавчора, i forrgar, forrgar, i forgars, predevcirem, onceki gun,
        toissapaivana, 一昨日, おととい, 前天, 그저께, اول امس, the day before yesterday, day before yesterday
    """
)
"""Names of days to how many days ago they were."""

JUST_NOW: Final = frozenset(
    _words(
        """
    a few moments ago, a l'instant, a l’instant, a moment ago, adesso, agora, agora mesmo, ahora mismo,
    akkurat na, az once, baru saja, gerade eben, hace instantes, hace un momento, il y a quelques instants,
    il y a un instant, just now, just nu, justo ahora, juuri nyt, lige nu, moments ago, nyss, poco fa,
    prave ted, proprio ora, przed chwila, right now, simdi, soeben, teraz, vor kurzem, vua xong, zojuist,
    zonet, только что, щоино, الان, たった今, 今, 刚刚, 剛剛, 방금, 방금 전
        """
    )
)
"""The present minute, as a whole text."""

LAST: Final = _names(
    """
    week: last week, la semaine derniere, semaine derniere, letzte woche, la semana pasada, la settimana scorsa,
        settimana scorsa, semana passada, na semana passada, vorige week, w zeszlym tygodniu,
        на прошлои неделе, forra veckan, i forra veckan, sidste uge, forrige uke, minuly tyden, gecen hafta,
        先週, 上周, 上週, 지난주, الاسبوع الماضي
    month: last month, le mois dernier, mois dernier, letzten monat, el mes pasado, il mese scorso, mese scorso,
        mes passado, no mes passado, vorige maand, w zeszlym miesiacu, в прошлом месяце, forra manaden,
        sidste maned, forrige maned, minuly mesic, gecen ay, 先月, 上个月, 上個月, 지난달, الشهر الماضي
    year: last year, l'annee derniere, l’annee derniere, l'an dernier, letztes jahr, el ano pasado,
        l'anno scorso, ano passado, no ano passado, vorig jaar, w zeszlym roku, в прошлом году, forra aret,
        sidste ar, i fjor, gecen yil, 去年, 작년, العام الماضي
    """
)
"""The unit that was one ago."""

MONTHS: Final = _values(
    """
    1: january jan janvier janv januar janner enero ene gennaio gen janeiro januari styczen stycznia sty
        январь января янв січень січня ledna leden ocak oca ianuarie ian tammikuuta tammikuu ιανουαριου ιαν
        يناير gener
    2: february feb febr fevrier fevr fev februar feber febrero febbraio fevereiro februari luty lutego lut
        февраль февраля фев февр лютии лютого unora unor subat sub februarie helmikuuta helmikuu φεβρουαριου
        φεβ فبراير febrer
    3: march mar mars marz maerz mrz marzo marco maart mrt marzec marca март марта мар березень березня brezna
        brezen mart martie maaliskuuta maaliskuu μαρτιου μαρ مارس marts marc maret marcius
    4: april apr avril avr abril abr aprile kwiecien kwietnia kwi апрель апреля апр квітень квітня dubna duben
        nisan nis aprilie huhtikuuta huhtikuu απριλιου απρ ابريل aprilis
    5: may mai mayo maggio mag maio mei maj maja маи мая травень травня kvetna kveten mayis toukokuuta
        toukokuu μαιου μαι مايو maig majus
    6: june jun juin juni junio giugno giu junho czerwiec czerwca cze июнь июня июн червень червня cervna
        cerven haziran haz iunie kesakuuta kesakuu ιουνιου ιουν يونيو juny junius
    7: july jul juillet juil juli julio luglio lug julho lipiec lipca lip июль июля июл липень липня cervence
        cervenec temmuz tem iulie heinakuuta heinakuu ιουλιου ιουλ يوليو juliol julius
    8: august aug aout agosto ago augustus sierpien sierpnia sie август августа авг серпень серпня srpna srpen
        agustos agu elokuuta elokuu αυγουστου αυγ اغسطس augusti agost agustus augusztus
    9: september sep sept septembre septiembre setiembre settembre set setembro wrzesien wrzesnia wrz сентябрь
        сентября сен сент вересень вересня zari eylul eyl septembrie syyskuuta syyskuu σεπτεμβριου σεπ سبتمبر
        setembre szeptember
    10: october oct octobre oktober okt octubre ottobre ott outubro out pazdziernik pazdziernika paz октябрь
        октября окт жовтень жовтня rijna rijen ekim octombrie lokakuuta lokakuu οκτωβριου οκτ اكتوبر
    11: november nov novembre noviembre novembro listopad listopada lis listopadu ноябрь ноября ноя нояб
        листопад листопада kasim kas noiembrie marraskuuta marraskuu νοεμβριου νοε نوفمبر
    12: december dec decembre dezember dez diciembre dic dicembre dezembro grudzien grudnia gru декабрь декабря
        дек грудень грудня prosince prosinec aralik ara decembrie joulukuuta joulukuu δεκεμβριου δεκ ديسمبر
        desembre desember des
    """
)

WEEKDAYS: Final = frozenset(
    _words(
        """
    carsamba ctvrtek cuma cumartesi czwartek di dienstag dim dimanche dinsdag do dom domenica domingo donderdag
    donnerstag feira fr fredag freitag fri friday gio giovedi jeu jeudi jue jueves lordag lun lundi lunedi
    lunes ma maandag mandag mardi martedi martes mer mercoledi mercredi mi mie miercoles mittwoch mo mon monday
    montag nedele niedziela onsdag patek pazar pazartesi persembe piatek pondeli poniedzialek qua quarta qui
    quinta sa sab sabado sabato sali sam samedi samstag sat saturday seg segunda sex sexta so sobota sondag
    sonnabend sonntag sroda streda sun sunday ter terca thu thur thurs thursday tirsdag tisdag torsdag tue tues
    tuesday utery ven vendredi venerdi vie viernes vr vrijdag wed wednesday wo woensdag wtorek za zaterdag zo
    zondag воскресенье вс вт вторник пн понедельник пт пятница сб ср среда суббота четверг чт
        """
    )
)

PREFIXES: Final = sorted(
    _words(
        """
    actualitzat, actualizado, added, aggiornato, ajoute, aktualisiert, aktualizovano, article publie,
    atualizado, bijgewerkt, created, data, data publikacji, date, date published, datum, derniere mise a jour,
    derniere modification, dodano, ecrit, erstellt, fecha, first published, geplaatst, gepubliceerd,
    geschrieben, guncellendi, julkaistu, laatst bijgewerkt, last modified, last updated, maj, mis a jour,
    mise a jour, modifie, modified, opdateret, oppdatert, opublikowano, opublikowany, paivitetty, postado,
    poste, posted, postee, pubblicata, pubblicato, publicada, publicado, publicat, publication, publicerad,
    publicerat, publie, publiee, publikovano, publisert, published, redige, stand, udgivet,
    ultima actualizacion, ultima atualizacao, ultimo aggiornamento, updated, uppdaterad, veroffentlicht,
    vydano, written, yayınlandı, yayınlanma tarihi, zaktualizowano, zuletzt aktualisiert, δημοσιευση,
    τελευταια ενημερωση, дата, обновлено, опубликовано, تاريخ النشر, نشر, نشر في, 公開日, 发布于, 发布时间, 发表于,
    投稿日, 投稿日時, 公開, 掲載日, 掲載, 配信, 更新, 更新于, 更新日,
    更新日時, 最終更新, 最終更新日, 发表时间, 時間, 时间,
    日期, 게시일, 수정,
    입력, 입력시간, 기사입력, 기사등록, 등록, 등록일, 승인, 송고, 발행, 발행일, 작성일, 작성
        """
    ),
    key=len,
    reverse=True,
)
"""What is printed before a date, longest first."""

PUBLISHED: Final = re.compile(
    r"\b(?:published|posted|publie|poste le|mis en ligne|paru le|veroffentlicht|erstellt am|geschrieben am|publicado"
    r"|pubblicato|postado|geplaatst|gepubliceerd|opublikowan\w+|dodano|опубликован\w*|publicerad|udgivet|publisert"
    r"|publikovano|vydano|yayinlan\w+|julkaistu|megjelent|publicat|δημοσιευ\w+|نشر|פורסם)\b|入力|입력|게시|公開|掲載|发布|發布|发表"
)
"""Words that say, within a sentence, that something was published."""

CONNECTORS: Final = _words("le on am den vom el il em op на в kl as the at dne dnia w de la du les a")
"""Small words between such a prefix and its date."""

CJK_UNITS: Final = _names(
    """
    month: 個月 个月 か月 ヶ月 カ月 ケ月 ヵ月 箇月 개월 달
    week: 週間 周 週 星期 礼拜 禮拜 주일 주
    day: 日間 日 天 일
    hour: 時間 小時 小时 시간
    minute: 分鐘 分钟 分 분
    second: 秒鐘 秒钟 秒 초
    year: 年 년
    """
)
CJK_NUMBERS: Final = {**{sign: value for value, sign in enumerate("一二三四五六七八九十", start=1)}, "两": 2, "兩": 2}

DATE_FILLERS: Final = frozenset(_words("de del of st nd rd th er ere the le den der dnia el o º d l г года р року a"))
"""Words that change nothing in a written date."""

ZONES: Final = {
    name: hours
    for hours, names in {
        0: "z utc gmt wet", 1: "bst cet mez", 2: "cest mesz eet", 3: "eest msk", 5.5: "ist", 9: "jst kst",
        -4: "edt", -5: "est cdt", -6: "cst mdt", -7: "mst pdt", -8: "pst",
    }.items()
    for name in names.split()
}  # fmt: skip
"""Zone names to hours east of UTC, as press sites mean them."""
