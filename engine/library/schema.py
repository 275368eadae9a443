"""The tables of the library, as the numbered steps that made them; a step never changes."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE person (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL
        )
        """,
        """
        CREATE TABLE reference (
            id INTEGER PRIMARY KEY,
            person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
            speech_s REAL NOT NULL,
            level_db REAL NOT NULL,
            noise_db REAL NOT NULL,
            enrolled_at TEXT NOT NULL,
            consent TEXT NOT NULL,
            consent_at TEXT NOT NULL,
            clip BLOB
        )
        """,
        "CREATE INDEX reference_of_person ON reference (person_id)",
        """
        CREATE TABLE embedding (
            reference_id INTEGER NOT NULL REFERENCES reference (id) ON DELETE CASCADE,
            model_hash TEXT NOT NULL,
            vector BLOB NOT NULL,
            PRIMARY KEY (reference_id, model_hash)
        )
        """,
    ),
)
"""Step n takes a library from version n to n + 1.

``key`` is the name as it is looked up, ``clip`` 16-bit samples of speech at SAMPLE_RATE,
``vector`` the x-vector in float32 of the checkpoint whose content hash is ``model_hash``.
"""

VERSION = len(MIGRATIONS)
