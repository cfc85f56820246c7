"""The tables of the checkpoints that are of people."""

from residents.merging.registry import Records, registry

registry.register(
    Records("checkpoints.Declaration", is_counted=True),
    Records("checkpoints.Passage", is_counted=True),
    Records("checkpoints.PassKey"),
)
