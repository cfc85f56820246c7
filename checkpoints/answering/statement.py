"""The statement by which the desk learns all of a person at once; `lookup` reads what it returns."""

# given: the numbers that the scan gives, the pass's among them. person: whom the first known of them leads to.
# held: all numbers of that person. Rows come back as JSON, so that they arrive in one row whatever is missing. Names are
# scalar queries rather than joins, which take PostgreSQL twice as long to plan (1.0 against 1.9 ms for the whole).
# A pass of somebody without a number leads to that declaration alone: it is filed under the number of the guardian, who
# is somebody else. An edited declaration keeps its journey and its place in it, and so its pass.
STATEMENT = """
WITH scanned AS MATERIALIZED (
    SELECT key.resident, key.journey, filed.place_in_journey AS place, NOT coalesce(filed.has_number, true) AS is_numberless
    FROM checkpoints_passkey AS key
    LEFT JOIN checkpoints_declaration AS filed ON filed.resident = key.resident AND filed.id = key.declaration_id
    WHERE key.key = %(key)s
), given AS MATERIALIZED (
    SELECT number, position FROM unnest(%(numbers)s::varchar[]) WITH ORDINALITY AS typed(number, position)
    UNION ALL
    SELECT resident, 0 FROM scanned
), person AS MATERIALIZED (
    SELECT holder.*
    FROM given
    JOIN residents_resident AS found ON found.citizen_id = given.number
    JOIN residents_resident AS holder ON holder.citizen_id = coalesce(found.superseded_by_id, found.citizen_id)
    WHERE NOT EXISTS (SELECT FROM scanned WHERE is_numberless)
    ORDER BY given.position
    LIMIT 1
), held AS MATERIALIZED (
    SELECT citizen_id AS number FROM person
    UNION ALL
    SELECT alias.citizen_id FROM residents_resident AS alias JOIN person ON alias.superseded_by_id = person.citizen_id
)
SELECT
    (SELECT number FROM given ORDER BY position LIMIT 1),
    (SELECT array_agg(number) FROM held),
    (
        SELECT json_build_object(
            'number', person.citizen_id, 'full_name', person.full_name, 'birth', person.date_of_birth,
            'precision', person.birth_precision, 'sex', person.sex, 'phone', person.phone, 'address', person.address,
            'contradictions', person.contradictions, 'is_verified', person.verified_at IS NOT NULL,
            'ward', (SELECT json_build_array(name, name_en) FROM residents_unit WHERE id = person.ward_id),
            'province_pk', person.province_id,
            'province', (SELECT json_build_array(name, name_en) FROM residents_unit WHERE id = person.province_id)
        )
        FROM person
    ),
    (
        SELECT json_agg(json_build_object(
            'number', dose.dose_number, 'given_on', dose.administered_on,
            'vaccine', (SELECT name FROM vaccinations_vaccine WHERE id = dose.vaccine_id),
            'product', (SELECT code FROM vaccinations_vaccine WHERE id = dose.vaccine_id)
        ) ORDER BY dose.administered_on, dose.dose_number)
        FROM held
        JOIN vaccinations_dose AS dose ON dose.resident_id = held.number AND dose.voided_at IS NULL
    ),
    (
        SELECT json_agg(json_build_object(
            'pk', filed.id, 'number', filed.resident, 'full_name', filed.full_name, 'birth', filed.date_of_birth,
            'precision', filed.birth_precision, 'phone', filed.phone, 'plate', filed.plate,
            'submitted_at', filed.submitted_at, 'valid_until', filed.valid_until,
            'has_number', filed.has_number, 'is_for_other', filed.is_for_other, 'test_kind', filed.test_kind,
            'test_result', filed.test_result, 'test_taken_at', filed.test_taken_at,
            'origin_pk', filed.origin_id, 'destination_pk', filed.destination_id,
            'origin_level', (
                SELECT known.level
                FROM residents_unit AS place
                JOIN checkpoints_risklevel AS known ON known.unit_id IN (place.id, place.parent_id)
                WHERE place.id = filed.origin_id
                AND (known.in_force_from IS NULL OR known.in_force_from <= %(on)s)
                AND (known.in_force_until IS NULL OR known.in_force_until >= %(on)s)
                ORDER BY known.unit_id = place.id DESC, known.in_force_from DESC NULLS LAST
                LIMIT 1
            ),
            'places_visited', filed.places_visited, 'had_contact', filed.had_contact, 'symptom_codes', filed.symptoms,
            'symptoms', (
                SELECT json_agg(json_build_array(symptom.name, symptom.name_en) ORDER BY symptom.position)
                FROM (
                    SELECT DISTINCT ON (code) name, name_en, position FROM checkpoints_symptom
                    WHERE code = ANY (filed.symptoms) ORDER BY code, in_force_from DESC NULLS LAST
                ) AS symptom
            ),
            'origin_text', filed.origin_text, 'origin', (
                SELECT json_build_array(unit.name, unit.name_en, province.name, province.name_en)
                FROM residents_unit AS unit LEFT JOIN residents_unit AS province ON province.id = unit.parent_id
                WHERE unit.id = filed.origin_id
            ),
            'destination_text', filed.destination_text, 'destination', (
                SELECT json_build_array(unit.name, unit.name_en, province.name, province.name_en)
                FROM residents_unit AS unit LEFT JOIN residents_unit AS province ON province.id = unit.parent_id
                WHERE unit.id = filed.destination_id
            ),
            'vehicle', (
                SELECT json_build_array(name, name_en) FROM checkpoints_vehiclekind WHERE id = filed.vehicle_kind_id
            ),
            'journey_reason', (
                SELECT json_build_array(name, name_en) FROM checkpoints_journeyreason WHERE id = filed.journey_reason_id
            ),
            'vehicle_code', (SELECT code FROM checkpoints_vehiclekind WHERE id = filed.vehicle_kind_id),
            'checkpoint', (
                SELECT json_build_array(name, name_en) FROM checkpoints_checkpoint WHERE id = filed.checkpoint_id
            ),
            'checkpoint_pk', filed.checkpoint_id,
            'filed_by', (SELECT full_name FROM vaxreg_user WHERE id = filed.filed_by_id),
            'was_scanned', EXISTS (
                SELECT FROM scanned
                WHERE scanned.journey = filed.journey AND coalesce(scanned.place, filed.place_in_journey) = filed.place_in_journey
            )
        ) ORDER BY filed.submitted_at DESC)
        FROM (
            SELECT declaration.*
            FROM (SELECT number FROM held UNION SELECT number FROM given) AS known
            CROSS JOIN LATERAL (
                SELECT * FROM checkpoints_declaration AS candidate
                WHERE candidate.resident = known.number
                AND candidate.superseded_at IS NULL AND candidate.withdrawn_at IS NULL
                AND CASE
                    WHEN EXISTS (SELECT FROM scanned WHERE is_numberless)
                    THEN (candidate.journey, candidate.place_in_journey) = (SELECT journey, place FROM scanned)
                    ELSE candidate.has_number
                END
                ORDER BY candidate.submitted_at DESC LIMIT %(newest)s
            ) AS declaration
        ) AS filed
    ),
    EXISTS (SELECT FROM scanned WHERE is_numberless),
    (
        SELECT json_agg(json_build_object(
            'code', CASE WHEN rule.code = '' THEN 'rule:' || rule.id ELSE rule.code END, 'outcome', rule.outcome,
            'reason', rule.reason, 'reason_en', rule.reason_en, 'conditions', (
                SELECT json_agg(json_build_object(
                    'kind', kind, 'is_negated', is_negated, 'number', number, 'days', days, 'hours', hours, 'codes', codes
                ) ORDER BY id)
                FROM checkpoints_entrycondition WHERE rule_id = rule.id
            )
        ) ORDER BY rule.position, rule.id)
        FROM checkpoints_entryrule AS rule
        WHERE NOT rule.is_draft AND rule.in_force_at <= %(at)s AND (rule.ended_at IS NULL OR rule.ended_at > %(at)s)
        AND (rule.checkpoint_id IS NULL OR rule.checkpoint_id = %(checkpoint)s)
    ),
    (
        SELECT json_build_object(
            'decided_at', passage.decided_at, 'outcome', passage.outcome, 'verdict_reasons', passage.verdict_reasons,
            'declaration', nameless.id, 'officer', (SELECT full_name FROM vaxreg_user WHERE id = passage.officer_id)
        )
        FROM (SELECT number FROM held UNION SELECT number FROM given) AS known
        JOIN checkpoints_passage AS passage ON passage.resident = known.number
            AND passage.checkpoint_id = %(checkpoint)s AND passage.decided_at > %(since)s
            AND passage.outcome <> 'cancelled'
        LEFT JOIN checkpoints_declaration AS nameless ON nameless.id = passage.declaration_id AND NOT nameless.has_number
        LEFT JOIN checkpoints_passkey AS shown ON shown.key = %(key)s
        LEFT JOIN checkpoints_declaration AS line ON line.id = shown.declaration_id AND NOT line.has_number
        WHERE nameless.id IS NOT DISTINCT FROM line.id
            AND NOT EXISTS (
                SELECT FROM checkpoints_passage AS undone
                WHERE undone.resident = passage.resident AND undone.cancels_id = passage.id
            )
        ORDER BY passage.decided_at DESC
        LIMIT 1
    ),
    EXISTS (SELECT FROM checkpoints_passkey WHERE key = %(key)s AND declaration_id IS NULL)
"""
