"""The database that comes with the project: PostgreSQL 18 from a wheel, for whoever sets no DATABASE_URL."""
