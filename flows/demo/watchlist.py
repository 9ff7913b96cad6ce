"""The watchlist of the demo: the six invented brands, and where on the demo site each is written about."""

from __future__ import annotations

from urllib.parse import urlsplit

#: The environment variable that the demo's video source reads its key from; the site takes any value.
KEY_VARIABLE = "MOT_DEMO_KEY"

#: Where the demo's web lives. The name never resolves (RFC 6761); the site answers for it as an HTTP proxy, so that
#: addresses, and with them the items' ids, stay the same whatever port is free.
ADDRESS = "http://momentscope.example"


def watchlist_text(url: str) -> str:
    """The watchlist, as TOML, for a demo site at `url` (without a slash at its end)."""
    from flows.demo import generate, material

    url = url.rstrip("/")
    blocks = ["# The demo's watchlist: invented brands on a site of this machine.\n"]
    topics = material.table("topics")["topic"]
    for brand in material.brands():
        pages = [f"{url}{page.path}" for page in generate.pages() if page.brand == brand.name and not page.hidden]
        feeds = [f"{storefront}/{brand.app_id}" for storefront in generate.STOREFRONTS]
        threads = [f"{url}/t/{entry['id']}" for entry in topics if entry["brands"][0] == brand.name]
        rivals = [other.name for other in material.brands() if other.category == brand.category and other is not brand]
        products = ",\n".join(f"  {{ id = {_quote(p.id)}, name = {_quote(p.name)} }}" for p in brand.products)
        blocks.append(
            f"[[brand]]\nname = {_quote(brand.name)}\naliases = {_list(brand.aliases)}\nproducts = [\n{products},\n]\n"
            f"competitors = {_list(rivals)}\n\n[brand.sources]\nproduct_page = {_list(pages)}\n"
            + (f"discourse = {_list(threads)}\n" if threads else "")
            + f'\n[brand.sources.app_store]\ntargets = {_list(feeds)}\nendpoint = "{url}/itunes"\n'
            f'\n[brand.sources.youtube]\ntargets = ["q={brand.tag}"]\nkey = "{KEY_VARIABLE}"\n'
            f'endpoint = "{url}/youtube/v3"\ncomments = true\nquota = 1000000\n'
            f'\n[brand.sources.mastodon]\ntargets = ["{urlsplit(url).netloc}#{brand.tag}"]\nendpoint = "{url}"\n'
        )
    return "\n".join(blocks)


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(texts: list[str] | tuple[str, ...]) -> str:
    inline = "[" + ", ".join(_quote(text) for text in texts) + "]"
    return inline if len(inline) < 90 else "[\n" + "".join(f"  {_quote(text)},\n" for text in texts) + "]"
