from tests.sandbox_editors.conftest import make_config, own_world, people, shared_world

__all__ = ["make_config", "own_world", "people", "shared_world"]
