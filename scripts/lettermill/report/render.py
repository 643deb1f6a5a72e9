"""The page of the report: one file that needs nothing else. What comes from the table is text in it, never markup."""

from pathlib import Path

import jinja2

from lettermill.report.formatting import as_json, count, decimals, percent, seconds

TEMPLATE = "page.html.jinja"

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What a browser may do with the page: nothing but show it."""


def render(content: dict[str, object]) -> str:
    """The page as HTML, of what its template names."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "as_json": as_json,
        "count": count,
        "percent": percent,
        "seconds": seconds,
        "decimals": decimals,
    }
    return environment.get_template(TEMPLATE).render(policy=POLICY, **content)
