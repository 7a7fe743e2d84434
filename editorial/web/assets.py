"""Static files under an address that changes with their content, so that browsers may keep them for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, abort, current_app, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.people import Permission
from editorial.web.guard import requires

bp = Blueprint("assets", __name__)
A_YEAR = 365 * 24 * 3600  # seconds


@bp.get("/assets/<version>/<path:name>")
@requires(Permission.PUBLIC)
def file(version: str, name: str) -> ResponseReturnValue:
    """One static file. Modules import each other by relative paths and so stay within one version."""
    folder = current_app.static_folder
    if folder is None:
        abort(404)
    current = version == folder_version(folder)
    response = send_from_directory(folder, name, max_age=A_YEAR if current else 0)
    if current:
        response.cache_control.immutable = True
        response.cache_control.public = True
    return response


def asset(name: str) -> str:
    """The address of a static file."""
    return url_for("assets.file", version=folder_version(current_app.static_folder or ""), name=name)


@lru_cache
def folder_version(folder: str) -> str:
    """A short hash over every file's name and bytes, read once a process."""
    digest = hashlib.sha256()
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
