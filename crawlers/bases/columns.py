"""Which column of a table is which field of an item: as the owner says, else by its name, in several languages.

Promise: a column that the owner names and that is not there is an error with the nearest name and the list of columns;
what is guessed is guessed from whole names only, never from what the cells look like.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from crawlers.bases.tables import TableError

#: Fields that a column can be mapped to, and the names by which each is recognised, the surest first.
NAMES: dict[str, str] = {
    "item_id": "review id|reviewid|id|uuid|response id|ticket id|bewertungs id|bewertungsid|id avis|id de la resena",
    "body": (
        "review text|review body|review content|reviewtext|body|text|review|comment|comments|content|message|feedback|"
        "verbatim|description|rezension|bewertungstext|kommentar|text der bewertung|avis|commentaire|texte|contenu|"
        "reseña|comentario|opinión|texto|recensione|commento|testo|opinie|recensie|tekst|komentarz|treść|avaliação|"
        "отзыв|текст|комментарий|レビュー|本文|コメント|评论|内容|리뷰"
    ),
    "title": (
        "review title|reviewtitle|title|headline|subject|summary|titel|überschrift|betreff|titre|objet|título|asunto|"
        "titolo|oggetto|onderwerp|tytuł|заголовок|タイトル|标题|제목"
    ),
    "rating": (
        "rating|star rating|stars|review rating|score|overall rating|overall|note|bewertung|sterne|sternebewertung|"
        "punkte|gesamtbewertung|étoiles|évaluation|calificación|estrellas|valoración|puntuación|voto|stelle|valutazione|"
        "beoordeling|sterren|waardering|ocena|gwiazdki|nota|estrelas|classificação|оценка|評価|星|评分|평점"
    ),
    "published_at": (
        "review date|published at|date|created at|created|submitted at|submission time|submission date|posted at|"
        "published|timestamp|time|datetime|datum|erstellt am|erstellt|zeitstempel|abgegeben am|date de publication|"
        "date de création|fecha|fecha de publicación|creado|data|data pubblicazione|data publikacji|data wystawienia|"
        "data de publicação|дата|日付|投稿日|日期|날짜"
    ),
    "edited_at": "edited at|updated at|modified at|last modified|updated|geändert am|modifié le|modificado",
    "author": (
        "author|reviewer|reviewer name|user|username|user name|nickname|customer|customer name|autor|verfasser|kunde|"
        "kundenname|auteur|client|cliente|autore|klant|klient|автор|投稿者|作者|작성자"
    ),
    "lang": "language|lang|locale|sprache|langue|idioma|lingua|taal|język|язык|言語|语言|언어",
    "product_id": "product id|productid|sku|asin|ean|gtin|upc|item number|artikelnummer|référence|referencia",
    "product_name": (
        "product|product name|productname|item|item name|model|produkt|produktname|artikel|artikelname|modell|produit|"
        "nom du produit|article|producto|nombre del producto|artículo|prodotto|nome prodotto|produto|product naam|"
        "nazwa produktu|товар|商品名|製品名|商品|产品|제품"
    ),
    "brand": "brand|brand name|marke|hersteller|marque|marca|merk|marka|бренд|ブランド|品牌|브랜드",
    "url": "url|link|permalink|review url|review link|adresse",
    "verified": "verified|verified purchase|verified buyer|verifizierter kauf|achat vérifié|compra verificada",
    "kind": "",
    "parent_id": "",
    "metrics.helpful": "helpful|helpful votes|helpful count|likes|upvotes|thumbs up|hilfreich|utile|útil",
    "extra.reply": "reply|response|seller response|merchant reply|owner response|antwort|réponse|respuesta|risposta",
    "extra.country": "country|country code|land|pays|país|paese",
    "extra.source": "source|channel|platform|quelle|kanal|plattform|plateforme|fuente|canal",
}  # fmt: skip
_FREE = re.compile(r"(metrics|extra)\.[a-z][a-z0-9_]{0,40}")

Mapped = dict[str, tuple[str, ...]]


def mapping(columns: Iterable[str], stated: Mapping[str, Any], where: str) -> Mapped:
    """Field → columns that make it. `stated` is the owner's word: a name, several to be joined, or "" for no column.

    Raises `TableError` for a field or column that does not exist, and where nothing looks like a text, title or rating.
    """
    names = list(columns)
    found: Mapped = {}
    for field, value in stated.items():
        if field not in NAMES and not _FREE.fullmatch(field):
            raise TableError(f"columns has an unknown field {field!r}; {_nearest(field, list(NAMES))}")
        listed = value if isinstance(value, list) else [value] if value else []
        found[field] = tuple(_column(str(name), names, field, where) for name in listed)
    taken = {column for chosen in found.values() for column in chosen}
    plain = {_plain(name): name for name in reversed(names) if name not in taken}
    for field, known in NAMES.items():
        if field in found:
            continue
        for name in known.split("|"):
            if column := plain.pop(_plain(name), None) if name else None:
                found[field] = (column,)
                break
    found = {field: chosen for field, chosen in found.items() if chosen}
    if not found.keys() & {"body", "title", "rating"}:
        raise TableError(
            f'no column of {where} is known as the text of a review; say it with columns = {{ body = "…" }}; '
            f"its first line names {_listed(names)}"
        )
    return found


def _column(name: str, names: list[str], field: str, where: str) -> str:
    if name in names:
        return name
    folded = {_plain(known): known for known in reversed(names)}
    if close := folded.get(_plain(name)):
        return close
    if "." in name and name.split(".")[0] in names:  # a path into a JSON object
        return name
    raise TableError(
        f"{where} has no column {name!r} (for {field}); {_nearest(name, names)} Its columns are {_listed(names)}"
    )


def _nearest(name: str, valid: list[str]) -> str:
    plain = {_plain(known): known for known in reversed(valid)}
    close = difflib.get_close_matches(_plain(name), list(plain), n=1, cutoff=0.4)
    return f"did you mean {plain[close[0]]!r}?" if close else f"valid are {_listed(valid)}."


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name[:60]) for name in names[:40])
    return shown + (f" and {len(names) - 40} more" if len(names) > 40 else "")


def _plain(name: str) -> str:
    """A column's name without case, accents, camel humps, and what stands between words."""
    humps = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    letters = unicodedata.normalize("NFKD", humps.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in letters if not unicodedata.combining(c))))
