"""The order of the layers, read from every import."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# An app may import itself and what stands to its left.
LAYERS = ["sasportal.accounts", "directory", "agenda", "booking"]
FOUNDATIONS = {"sasportal.accounts", "sasportal.audit", "sasportal.outbox", "sasportal.vault"}
PACKAGES = ["sasportal.sandbox", "sasportal.audit", "sasportal.outbox", "sasportal.vault", *LAYERS]


def package_of(module: str) -> str | None:
    return next((p for p in PACKAGES if module == p or module.startswith(p + ".")), None)


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def allowed(package: str) -> set[str]:
    if package == "sasportal.sandbox":
        return {package}
    if package in FOUNDATIONS:
        return FOUNDATIONS
    return FOUNDATIONS | set(LAYERS[: LAYERS.index(package) + 1])


def backward_imports(package: str) -> list[str]:
    wrong = []
    for path in sorted((ROOT / package.replace(".", "/")).rglob("*.py")):
        if "migrations" in path.parts:
            continue
        for module in imports_of(path):
            target = package_of(module)
            if module == "sasportal.settings" or (target and target not in allowed(package)):
                wrong.append(f"{path.relative_to(ROOT)} imports {module}")
    return wrong


def test_every_layer_imports_only_to_its_left() -> None:
    assert [line for package in PACKAGES for line in backward_imports(package)] == []


def test_the_reader_sees_a_backward_import(tmp_path: Path) -> None:
    module = tmp_path / "wrong.py"
    module.write_text("from booking import orientations\nimport agenda.models\n")
    assert {package_of(name) for name in imports_of(module)} == {"booking", "agenda"}


def test_no_module_is_named_after_nothing() -> None:
    names = {"utils.py", "helpers.py", "common.py", "services.py", "managers.py"}
    found = [p for package in ("sasportal", "directory", "agenda", "booking") for p in (ROOT / package).rglob("*.py")]
    assert [str(p.relative_to(ROOT)) for p in found if p.name in names] == []
