"""What a question or a complaint is about: themes, each with the words that give it away.

A sentence has the theme of the first of its words that tells one; else it is about `other`. The words are matched
whole, in lower case and without accents; an underscore stands for a space.
"""

from __future__ import annotations

import duckdb

THEMES: dict[str, str] = {
    "delivery": """
        delivery delivered deliver delivers deliveries shipping shipped ship ships courier tracking parcel
        package arrive arrived arrives arrival dispatch dispatched late delay delayed delays customs lieferung
        geliefert versand paket livraison livre colis envio entrega paquete""",
    "comparison": """
        vs versus compare compared comparison better worse difference alternative alternatives besser
        unterschied vergleich meilleur mejor""",
    "price": """
        price prices priced cost costs expensive cheap cheaper worth money value discount coupon sale deal
        budget subscription fee fees preis teuer billig kostet prix cher precio caro barato""",
    "compatibility": """
        compatible compatibility adapter connect connects connector connection bluetooth usb wifi ios android
        windows mac kompatibel""",
    "size and fit": """
        size sizes sized sizing fit fits fitting tight loose dimensions width height heavy weight small large
        grosse taille talla""",
    "set-up": """
        setup set_up install installed installing installation assemble assembled assembly instructions manual
        configure pairing update aufbau anleitung montage instalar""",
    "battery and power": """
        battery batteries charge charges charged charger charging power plug voltage watt watts akku batterie
        bateria cargar""",
    "taste and smell": """
        taste tastes tasted flavor flavour flavors flavours smell smells smelled scent aroma bitter sweet crema
        geschmack schmeckt gout sabor""",
    "sound and picture": """
        sound sounds audio volume noise noisy loud quiet screen display picture camera image klang laut bruit
        sonido ruido""",
    "safety and ingredients": """
        safe safety ingredient ingredients allergy allergic allergies toxic bpa vegan organic skin burn burns
        burned burnt sicher inhaltsstoffe ingredientes""",
    "availability": """
        available availability stock sold_out restock restocked can_i_buy can_i_get to_buy release pre_order
        verfugbar disponible rupture""",
    "support and warranty": """
        support warranty guarantee customer_service refund refunded return returns returned replacement repair
        repairs repaired spare garantie garantia reparatur kundendienst remboursement reembolso""",
    "quality and durability": """
        quality durable durability last lasts lasted lasting broke broken break breaks crack cracked cracks leak
        leaks leaked leaking fail fails failed reliable reliability sturdy flimsy plastic scratch scratched
        scratches defect defective qualitat kaputt haltbar qualite casse calidad roto""",
}


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table `theme_words` and the macro `telling(said)`, the first telling word of a text."""
    pairs = [(word.replace("_", " "), theme) for theme, words in THEMES.items() for word in words.split()]
    con.execute("CREATE OR REPLACE TEMP TABLE theme_words (word VARCHAR, theme VARCHAR)")
    con.execute(
        "INSERT INTO theme_words SELECT unnest($words), unnest($themes)",
        {"words": [w for w, _ in pairs], "themes": [t for _, t in pairs]},
    )
    alternation = "|".join(sorted((word for word, _ in pairs), key=lambda word: (-len(word), word)))
    con.execute(
        "CREATE OR REPLACE TEMP MACRO telling(said) AS "
        rf"regexp_extract(lower(strip_accents(said)), '\b({alternation})\b', 1)"
    )
