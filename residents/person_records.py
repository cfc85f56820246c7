"""The tables of the registry itself and of the project's base that are of people."""

from residents.merging.registry import Records, registry

registry.register(
    Records("residents.DuplicatePair", ("person_a", "person_b")),
    Records("vaxreg.AuditEntry"),
    Records("vaxreg.ExportedPerson"),
)
