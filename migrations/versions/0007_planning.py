"""Campaigns, what planning knows of an item, and what each content type usually answers and needs."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"

_STATUS = (
    "'idea', 'brief', 'in_production', 'in_review', 'changes_requested', 'approved', 'scheduled', 'published', "
    "'refresh_due', 'on_hold', 'archived', 'rejected'"
)
# Written as SQL: SQLite would rebuild the table to add a constraint, and forget those it cannot read back.
COLUMNS = (
    (
        "content_item",
        "campaign_id",
        "INTEGER CONSTRAINT fk_content_item_campaign_id REFERENCES campaign (id)",
    ),
    (
        "content_item",
        "priority",
        "INTEGER NOT NULL DEFAULT 2 CONSTRAINT ck_content_item_priority CHECK (priority BETWEEN 1 AND 3)",
    ),
    ("content_item", "target_query", "VARCHAR(200) NOT NULL DEFAULT ''"),
    ("content_item", "query_key", "VARCHAR(200) NOT NULL DEFAULT ''"),
    (
        "content_item",
        "query_intent",
        (
            "VARCHAR(32) NOT NULL DEFAULT 'informational' CONSTRAINT ck_content_item_query_intent "
            "CHECK (query_intent IN ('informational', 'commercial', 'transactional', 'navigational'))"
        ),
    ),
    ("content_item", "is_offer", "BOOLEAN NOT NULL DEFAULT FALSE"),
    ("content_item", "details", "JSON NOT NULL DEFAULT '{}'"),
    ("content_item", "review_by", "DATE"),
    (
        "content_item",
        "hold_reason",
        (
            "TEXT NOT NULL DEFAULT '' CONSTRAINT ck_content_item_hold_has_reason "
            "CHECK (status <> 'on_hold' OR hold_reason <> '')"
        ),
    ),
    (
        "content_item",
        "held_from",
        (
            "VARCHAR(32) CONSTRAINT ck_content_item_hold_remembers CHECK "
            "((status <> 'on_hold' OR held_from IS NOT NULL) AND held_from <> 'scheduled' "
            f"AND held_from IN ({_STATUS}))"
        ),
    ),
    (
        "content_item",
        "rejected_reason",
        (
            "TEXT NOT NULL DEFAULT '' CONSTRAINT ck_content_item_rejected_has_reason "
            "CHECK (status <> 'rejected' OR rejected_reason <> '')"
        ),
    ),
    ("content_item", "archived_at", "{instant}"),
    (
        "content_item",
        "archived_from",
        f"VARCHAR(32) CONSTRAINT ck_content_item_archived_from CHECK (archived_from IN ({_STATUS}))",
    ),
    ("content_item", "live_hash", "VARCHAR(64)"),
    ("content_type", "fields", "JSON NOT NULL DEFAULT '[]'"),
    ("content_type", "checklist", "JSON NOT NULL DEFAULT '[]'"),
    ("workspace", "self_approval", "BOOLEAN"),
)
USER, INFLUENCER, MESSENGER, DECIDER = "user", "influencer", "messenger", "decision_maker"
CELLS: dict[str, dict[str, tuple[int, ...]]] = {
    "whitepaper": {INFLUENCER: (2, 3, 4), DECIDER: (2, 3, 4)},
    "case_study": {INFLUENCER: (5, 6), MESSENGER: (5, 6, 9), DECIDER: (5, 6, 9)},
    "post": {USER: (1, 2), INFLUENCER: (1,), MESSENGER: (1,)},
    "industry_report": {INFLUENCER: (1, 2, 9), MESSENGER: (2,), DECIDER: (1, 2)},
    "webinar": {USER: (3, 4, 8, 9), INFLUENCER: (3,), MESSENGER: (3,)},
    "event": {DECIDER: (5, 6, 7, 9), MESSENGER: (5,)},
    "qa_sheet": {USER: (6, 7, 8), INFLUENCER: (4, 5, 6, 7, 8), DECIDER: (6, 7)},
    "booklet": {MESSENGER: (3, 4, 5, 7), DECIDER: (4, 5)},
    "video": {USER: (3, 4, 5, 6, 8)},
    "audio": {USER: (2,), MESSENGER: (1, 2)},
    "solution_page": {USER: (3,), INFLUENCER: (3, 4), DECIDER: (3,)},
    "press_release": {MESSENGER: (1, 3, 6)},
}
# key, English, Chinese, kind of value
LINE, NUMBER, URL, DATE = "line", "number", "url", "date"
FIELDS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "whitepaper": (("pages", "Pages", "页数", NUMBER), ("download", "Address of the file", "文件地址", URL)),
    "case_study": (
        ("customer", "Customer", "客户", LINE),
        ("result", "Result in one number", "一个数字说明成效", LINE),
        ("permission_until", "Customer agreed until", "客户授权有效期", DATE),
    ),
    "post": (("expert", "Expert to ask", "受访专家", LINE),),
    "industry_report": (
        ("sample", "Companies asked", "受访企业数", NUMBER),
        ("period", "Period of the data", "数据所属时期", LINE),
    ),
    "webinar": (
        ("speaker", "Speaker", "主讲人", LINE),
        ("held_on", "Day", "举办日期", DATE),
        ("registration", "Address of the registration", "报名地址", URL),
        ("slides", "Address of the slides", "课件地址", URL),
    ),
    "event": (
        ("place", "Place", "地点", LINE),
        ("held_on", "Day", "举办日期", DATE),
        ("registration", "Address of the registration", "报名地址", URL),
    ),
    "qa_sheet": (("product", "Product", "产品", LINE), ("questions", "Number of questions", "问题数", NUMBER)),
    "booklet": (("pages", "Pages", "页数", NUMBER), ("copies", "Printed copies", "印数", NUMBER)),
    "video": (
        ("minutes", "Length in minutes", "时长（分钟）", NUMBER),
        ("watch", "Where to watch it", "观看地址", URL),
    ),
    "audio": (("minutes", "Length in minutes", "时长（分钟）", NUMBER), ("guest", "Guest", "嘉宾", LINE)),
    "solution_page": (("product", "Product", "产品", LINE), ("industry", "Industry", "行业", LINE)),
    "press_release": (
        ("released_on", "Released on", "发布日期", DATE),
        ("contact", "Contact for the press", "媒体联系人", LINE),
    ),
}
# key, English, Chinese, required before review
CHECKS = {
    "sources": ("sources", "Every number names its source", "每个数字都注明出处", True),
    "permission": ("permission", "The customer has agreed in writing", "客户已书面同意", True),
    "expert": ("expert", "An expert has read it", "专家已审读", False),
    "next_step": ("next_step", "It says what the reader does next", "写明读者下一步做什么", False),
    "form": ("form", "The page it leads to has a form", "落地页有线索表单", False),
    "answers": ("answers", "Every answer was checked by product or finance", "每条回答都经产品或财务核对", True),
    "date": ("date", "Day, time and time zone are right", "日期、时间与时区无误", True),
    "captions": ("captions", "It has captions or a transcript", "有字幕或文字稿", True),
    "price": ("price", "Prices and names are those of today", "价格与名称是最新的", True),
    "quotes": ("quotes", "Every quoted person has agreed", "被引用的人都已同意", True),
    "plain": ("plain", "Somebody outside the team understood it", "团队以外的人读得懂", False),
}
CHECKLISTS = {
    "whitepaper": ("sources", "expert", "form", "next_step"),
    "case_study": ("permission", "sources", "next_step"),
    "post": ("expert", "next_step"),
    "industry_report": ("sources", "expert", "form"),
    "webinar": ("date", "form", "next_step"),
    "event": ("date", "form"),
    "qa_sheet": ("answers", "plain"),
    "booklet": ("price", "plain"),
    "video": ("captions", "next_step"),
    "audio": ("captions", "next_step"),
    "solution_page": ("price", "form", "next_step"),
    "press_release": ("quotes", "plain"),
}


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("bar", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("bar BETWEEN 1 AND 4", name=op.f("ck_campaign_bar")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_campaign_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_campaign_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("name", name=op.f("uq_campaign_name")),
    )
    op.create_table(
        "type_cell",
        sa.Column("type_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["decision_role.id"], name=op.f("fk_type_cell_role_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["step_id"], ["buying_step.id"], name=op.f("fk_type_cell_step_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["type_id"], ["content_type.id"], name=op.f("fk_type_cell_type_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("type_id", "role_id", "step_id", name=op.f("pk_type_cell")),
    )
    instant = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    for table, column, definition in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {definition.replace('{instant}', instant)}")
    op.create_index("ix_content_item_campaign_id", "content_item", ["campaign_id"], unique=False)
    op.create_index("ix_content_item_query_key", "content_item", ["query_key"], unique=False)
    op.create_index("ix_content_item_review_by", "content_item", ["review_by"], unique=False)
    _seed()
    op.execute("UPDATE content_item SET live_hash = approved_hash WHERE published_at IS NOT NULL")
    # where an archived item stood before is in its history alone; an idea is the one place that asks for nothing
    op.execute("UPDATE content_item SET archived_at = updated_at, archived_from = 'idea' WHERE status = 'archived'")


def _seed() -> None:
    connection = op.get_bind()
    ids = {
        table: {row[0]: row[1] for row in connection.execute(sa.text(f"SELECT {key}, id FROM {table}"))}  # noqa: S608
        for table, key in (("content_type", "key"), ("decision_role", "key"), ("buying_step", "position"))
    }
    type_cell = sa.table("type_cell", sa.column("type_id"), sa.column("role_id"), sa.column("step_id"))
    rows = [
        {
            "type_id": ids["content_type"][kind],
            "role_id": ids["decision_role"][role],
            "step_id": ids["buying_step"][step],
        }
        for kind, answers in CELLS.items()
        for role, steps in answers.items()
        for step in steps
    ]
    op.bulk_insert(type_cell, rows)
    kinds = sa.table(
        "content_type", sa.column("key"), sa.column("fields", sa.JSON()), sa.column("checklist", sa.JSON())
    )
    for kind in CELLS:
        fields = [{"key": key, "en": en, "zh": zh, "kind": of} for key, en, zh, of in FIELDS[kind]]
        checks = [
            {"key": key, "en": en, "zh": zh, "required": needed}
            for key, en, zh, needed in (CHECKS[name] for name in CHECKLISTS[kind])
        ]
        connection.execute(sa.update(kinds).where(kinds.c.key == kind).values(fields=fields, checklist=checks))


def downgrade() -> None:
    for column in ("review_by", "query_key", "campaign_id"):
        op.drop_index(f"ix_content_item_{column}", table_name="content_item")
    for table, column, _ in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.drop_table("type_cell")
    op.drop_table("campaign")
