"""Archives whose bytes depend on nothing but names, contents and one time."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
from pathlib import Path
from typing import IO, Mapping


def usual_mode(path: Path) -> int:
    """What a file may, whatever the umask was when it was made."""
    mode = path.lstat().st_mode
    return 0o755 if stat.S_ISDIR(mode) or stat.S_ISLNK(mode) or mode & stat.S_IXUSR else 0o644


def settle(folder: Path, epoch: int, modes: Mapping[str, int] = {}) -> None:
    """Gives everything in a folder, itself included, that time and the usual mode, or the one named for its path."""
    paths = [folder, *folder.rglob("*")]
    for path in sorted(paths, reverse=True):
        if not path.is_symlink():
            path.chmod(modes.get(path.relative_to(folder).as_posix(), usual_mode(path)))
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def write_tar(folder: Path, stream: IO[bytes], epoch: int, prefix: str = "", modes: Mapping[str, int] = {}) -> None:
    """Writes what is in a folder as a tar archive: sorted, owned by root, with its hard links.

    - prefix: the folder in the archive, `astra-steps-1.0.0`; empty for none.
    - modes: by paths in the folder, those that are not the usual ones.
    """
    first: dict[tuple[int, int], str] = {}
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        paths = sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix().encode())
        for path in ([folder] if prefix else []) + paths:
            relative = path.relative_to(folder).as_posix()
            member = tarfile.TarInfo(os.path.normpath(f"{prefix}/{relative}" if prefix else relative))
            member.mtime = epoch
            member.mode = modes.get(relative, usual_mode(path))
            member.uname = member.gname = "root"
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode):
                member.type = tarfile.DIRTYPE
                archive.addfile(member)
            elif stat.S_ISLNK(status.st_mode):
                member.type, member.linkname, member.mode = tarfile.SYMTYPE, os.readlink(path), 0o777
                archive.addfile(member)
            elif (status.st_dev, status.st_ino) in first:
                member.type, member.linkname = tarfile.LNKTYPE, first[status.st_dev, status.st_ino]
                archive.addfile(member)
            else:
                first[status.st_dev, status.st_ino] = member.name
                member.size = status.st_size
                with path.open("rb") as content:
                    archive.addfile(member, content)


def compressed(content: bytes) -> bytes:
    """As `gzip --no-name --best` compresses it."""
    target = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=target, mtime=0) as stream:
        stream.write(content)
    return target.getvalue()


def write_tarball(folder: Path, path: Path, name: str, epoch: int) -> None:
    """Writes a folder as a .tar.gz whose one folder has that name."""
    stream = io.BytesIO()
    write_tar(folder, stream, epoch, prefix=name)
    put(path, compressed(stream.getvalue()))


def put(path: Path, content: bytes | str, mode: int = 0o644) -> None:
    """Writes a file that everybody may read, and the folders above it."""
    for folder in reversed([parent for parent in path.parents if not parent.exists()]):
        folder.mkdir()
        folder.chmod(0o755)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)


def copy_tree(source: Path, target: Path) -> None:
    """Copies a folder; hard links in it stay what they are."""
    first: dict[tuple[int, int], Path] = {}
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        status = path.lstat()
        if stat.S_ISDIR(status.st_mode):
            copy.mkdir(parents=True, exist_ok=True)
        elif stat.S_ISLNK(status.st_mode):
            copy.symlink_to(os.readlink(path))
        elif (status.st_dev, status.st_ino) in first:
            os.link(first[status.st_dev, status.st_ino], copy)
        else:
            first[status.st_dev, status.st_ino] = copy
            copy.write_bytes(path.read_bytes())
            copy.chmod(usual_mode(path))
