"""Render the page of the report: one self-contained HTML file. Text from the table is always escaped."""

from pathlib import Path

import jinja2

from lettermill.report.formatting import as_json, count, decimals, percent, seconds

TEMPLATE = "page.html.jinja"

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""The content security policy: no scripts, no network."""


def render(content: dict[str, object]) -> str:
    """The page as HTML. content: the variables of the template."""
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
