import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import vaxreg.fields
from vaxreg.exports.sql import keep_what_left
from vaxreg.guards import append_only, create_guard


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        create_guard(),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("function", models.CharField(max_length=200)),
                ("arguments", models.JSONField(default=dict)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True)),
            ],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
            },
        ),
        migrations.CreateModel(
            name="RequestCount",
            fields=[
                ("bucket", vaxreg.fields.KeyField(db_collation="C", max_length=100, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "request count",
                "verbose_name_plural": "request counts",
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("full_name", models.CharField(max_length=150, verbose_name="full name")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("requested_at", models.DateTimeField(verbose_name="asked for at")),
                ("idempotency_key", models.UUIDField(verbose_name="key of the form")),
                ("language", models.CharField(max_length=5, verbose_name="language of the file")),
                ("listing", models.CharField(max_length=40, verbose_name="list")),
                ("parameters", models.JSONField(default=dict, verbose_name="parameters")),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None, verbose_name="fields"
                    ),
                ),
                ("words", models.JSONField(verbose_name="in words")),
                (
                    "area",
                    vaxreg.fields.KeyField(
                        blank=True, db_collation="C", default="", max_length=60, verbose_name="area"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("campaign", "planning vaccinations"),
                            ("contact", "calling or visiting people"),
                            ("correction", "checking and mending records"),
                            ("outbreak", "investigating an outbreak"),
                            ("report", "report to an authority"),
                            ("inspection", "inspection, complaint or court case"),
                            ("other", "something else"),
                        ],
                        max_length=12,
                        verbose_name="purpose",
                    ),
                ),
                ("purpose_text", models.CharField(max_length=250, verbose_name="what for")),
                ("case_number", models.CharField(max_length=60, verbose_name="case or document number")),
                ("people", models.PositiveIntegerField(verbose_name="people counted")),
                ("most_people", models.PositiveIntegerField(verbose_name="most people")),
                ("needs_approval", models.BooleanField(verbose_name="needs approval")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("is_approved", models.BooleanField(null=True, verbose_name="approved")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                (
                    "decision_reason",
                    models.CharField(blank=True, default="", max_length=250, verbose_name="reason of the decision"),
                ),
                ("built_at", models.DateTimeField(null=True, verbose_name="made at")),
                ("built_people", models.PositiveIntegerField(null=True, verbose_name="people in the file")),
                ("built_rows", models.PositiveIntegerField(null=True, verbose_name="rows in the file")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn at")),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
            ],
            options={
                "verbose_name": "export",
                "verbose_name_plural": "exports",
            },
        ),
        migrations.CreateModel(
            name="ExportChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
                (
                    "export",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chunks",
                        to="vaxreg.export",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of a file",
                "verbose_name_plural": "parts of a file",
            },
        ),
        migrations.CreateModel(
            name="ExportDownload",
            fields=[
                (
                    "code",
                    vaxreg.fields.KeyField(
                        db_collation="C",
                        max_length=8,
                        primary_key=True,
                        serialize=False,
                        verbose_name="code of the download",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="network address")),
                (
                    "format",
                    models.CharField(choices=[("xlsx", "XLSX"), ("csv", "CSV")], max_length=4, verbose_name="format"),
                ),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="downloads",
                        to="vaxreg.export",
                        verbose_name="export",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "download of an export",
                "verbose_name_plural": "downloads of exports",
                "ordering": ["at"],
            },
        ),
        migrations.CreateModel(
            name="ExportedPerson",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "resident", "export_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("resident", vaxreg.fields.KeyField(db_collation="C", max_length=12, verbose_name="person")),
                (
                    "export",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exported_people",
                        to="vaxreg.export",
                    ),
                ),
            ],
            options={
                "verbose_name": "exported person",
                "verbose_name_plural": "exported people",
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="when")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="network address")),
                ("channel", models.CharField(max_length=40, verbose_name="channel")),
                ("action", models.CharField(max_length=40, verbose_name="action")),
                (
                    "resident",
                    vaxreg.fields.KeyField(
                        blank=True, db_collation="C", default="", max_length=12, verbose_name="person"
                    ),
                ),
                ("object_type", models.CharField(blank=True, default="", max_length=60, verbose_name="object type")),
                ("object_id", models.CharField(blank=True, default="", max_length=40, verbose_name="object")),
                ("changes", models.JSONField(default=dict, verbose_name="changes")),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit entries",
                "indexes": [
                    models.Index(fields=["resident", "-at"], name="audit_by_resident"),
                    models.Index(fields=["user", "-at"], name="audit_by_user"),
                    models.Index(fields=["object_type", "object_id", "-at"], name="audit_by_object"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["requested_by", "-id"], name="export_by_user"),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["case_number", "-id"], name="export_by_case"),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["expires_at"], name="export_by_expiry"),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.UniqueConstraint(fields=("requested_by", "idempotency_key"), name="export_asked_once"),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("case_number", ""), _negated=True),
                    models.Q(("purpose_text", ""), _negated=True),
                    models.Q(("fields", []), _negated=True),
                ),
                name="export_says_why_and_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("is_approved", None)),
                    models.Q(
                        ("decided_at__isnull", False), ("decided_by__isnull", False), ("is_approved__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="export_decided_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("requested_by")), _negated=True),
                    _connector="OR",
                ),
                name="export_decided_by_another",
                violation_error_message="Nobody approves their own export.",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("built_at", None),
                    ("needs_approval", False),
                    models.Q(("is_approved", True), ("is_approved__isnull", False)),
                    _connector="OR",
                ),
                name="export_made_when_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("built_at", None), ("built_people", None), ("built_rows", None)),
                    models.Q(
                        ("built_at__isnull", False),
                        ("built_people__isnull", False),
                        ("built_rows__isnull", False),
                        ("built_people__lte", models.F("most_people")),
                    ),
                    _connector="OR",
                ),
                name="export_made_within_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportchunk",
            constraint=models.UniqueConstraint(fields=("export", "position"), name="exportchunk_once"),
        ),
        migrations.AddIndex(
            model_name="exportedperson",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["export"], name="exportedperson_by_export"),
        ),
        append_only("vaxreg_auditentry"),
        *keep_what_left(),
    ]
