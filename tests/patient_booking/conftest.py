from tests.sandbox_editors.conftest import make_config, own_world, people

__all__ = ["make_config", "own_world", "people"]
