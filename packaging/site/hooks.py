"""Shows MkDocs the pages where GitHub's readers have them: by their paths from the top of the project."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PROJECT = Path(__file__).resolve().parents[2]
# Pages that lie outside docs/; the first is the front page.
ELSEWHERE = ("README.md", "CHANGELOG.md", "LICENSE.md", "deploy/trident-protect/README.md",
             "deploy/velero/README.md")


def on_config(config: MkDocsConfig) -> None:
    config.mdx_configs["toc"]["slugify"] = slug


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The files below docs/ under `docs/`, those of elsewhere, and the theme's own."""
    paths = [f"docs/{file.src_uri}" for file in files if file.src_dir == config.docs_dir]
    shown = [File(path, str(PROJECT), config.site_dir, config.use_directory_urls) for path in (*ELSEWHERE, *paths)]
    return Files([*(file for file in files if file.src_dir != config.docs_dir), *shown])


def slug(heading: str, separator: str) -> str:
    """The name by which a heading can be linked to, by GitHub's rule."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", separator)
