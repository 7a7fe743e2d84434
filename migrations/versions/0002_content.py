"""Content items, sites, and the words of the method as rows."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"

# key, English, Chinese, icon, lead time in days, refresh after days, needs a lead form
TYPES = (
    ("whitepaper", "Whitepaper", "白皮书", "whitepaper", 30, 365, True),
    ("case_study", "Case study", "客户案例", "case", 30, 365, True),
    ("post", "Post", "文章", "post", 10, 365, False),
    ("industry_report", "Industry report", "行业报告", "report", 45, 365, True),
    ("webinar", "Webinar", "线上公开课", "webinar", 30, 180, True),
    ("event", "Event", "线下活动", "event", 45, 90, True),
    ("qa_sheet", "Q&A sheet", "问答手册", "qa", 10, 180, False),
    ("booklet", "Booklet", "宣传册", "booklet", 21, 365, True),
    ("video", "Video", "视频", "video", 21, 365, False),
    ("audio", "Audio", "音频", "audio", 14, 365, False),
    ("solution_page", "Solution page", "解决方案页", "page", 14, 180, True),
    ("press_release", "Press release", "新闻稿", "press", 5, 730, False),
)
ROLES = (
    (
        "user",
        "User",
        "使用者",
        "Ease of use, completeness, training, videos that show how.",
        "是否好用、功能是否完整、有没有培训和操作视频。",
    ),
    (
        "influencer",
        "Influencer",
        "影响者",
        "Technical, product and financial answers for the CTO, the CPO and the CFO; arguments that sales can use.",
        "技术、产品与财务负责人关心的问答，也供销售使用。",
    ),
    (
        "messenger",
        "Messenger",
        "传话者",
        "Reputation, reviews and brand; one-pagers that are easy to pass on.",
        "口碑、评价与品牌；便于转述的一页纸。",
    ),
    (
        "decision_maker",
        "Decision maker",
        "决策者",
        "Strengths, price, service, security, stability, comparable cases; meetings with reference customers.",
        "优势、价格、服务、安全、稳定与同类案例；与标杆客户交流的机会。",
    ),
)
STEPS = (
    ("problem_recognised", "Problem recognised", "发现问题"),
    ("need_defined", "Need defined", "明确需求"),
    ("solutions_searched", "Solutions searched", "寻找方案"),
    ("requirements_refined", "Requirements refined", "细化要求"),
    ("vendors_shortlisted", "Vendors shortlisted", "筛选供应商"),
    ("vendor_chosen", "Vendor chosen", "评估与选定"),
    ("contract_closed", "Contract closed", "签订合同"),
    ("onboarding", "Onboarding", "上线启用"),
    ("renewal", "Renewal", "续约"),
)


def upgrade() -> None:
    op.create_table(
        "buying_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buying_step")),
        sa.UniqueConstraint("key", name=op.f("uq_buying_step_key")),
        sa.UniqueConstraint("position", name=op.f("uq_buying_step_position")),
    )
    op.create_table(
        "content_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("icon", sa.String(length=20), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=False),
        sa.Column("review_days", sa.Integer(), nullable=False),
        sa.Column("needs_lead_form", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_type")),
        sa.UniqueConstraint("key", name=op.f("uq_content_type_key")),
    )
    op.create_table(
        "decision_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("concerns_en", sa.Text(), nullable=False),
        sa.Column("concerns_zh", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_role")),
        sa.UniqueConstraint("key", name=op.f("uq_decision_role_key")),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("base_url", sa.String(length=500), nullable=False),
        sa.Column(
            "language",
            sa.Enum("en", "zh_Hans_CN", name="language", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("audit_weekday", sa.Integer(), nullable=False),
        sa.Column("audit_time", sa.String(length=5), nullable=False),
        sa.Column("mail_time", sa.String(length=5), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("audit_weekday BETWEEN 0 AND 6", name=op.f("ck_site_audit_weekday")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("base_url", name=op.f("uq_site_base_url")),
    )
    op.create_table(
        "content_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=True),
        sa.Column(
            "language",
            sa.Enum("en", "zh_Hans_CN", name="language", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("brief", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "idea",
                "brief",
                "in_production",
                "in_review",
                "changes_requested",
                "approved",
                "scheduled",
                "published",
                "refresh_due",
                "on_hold",
                "archived",
                "rejected",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("publish_wall", sa.DateTime(), nullable=True),
        sa.Column("publish_zone", sa.String(length=64), nullable=True),
        sa.Column("publish_fold", sa.Integer(), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("url_n2", sa.String(length=2000), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publish_failed", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("review_hash", sa.String(length=64), nullable=True),
        sa.Column("approved_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status <> 'published' OR url IS NOT NULL", name=op.f("ck_content_item_published_has_url")),
        sa.CheckConstraint(
            "status <> 'scheduled' OR (approved_hash IS NOT NULL AND approved_hash = content_hash)",
            name=op.f("ck_content_item_scheduled_is_approved"),
        ),
        sa.CheckConstraint(
            "status <> 'scheduled' OR publish_at IS NOT NULL", name=op.f("ck_content_item_scheduled_has_slot")
        ),
        sa.CheckConstraint(
            "(publish_at IS NULL) = (publish_wall IS NULL) AND (publish_at IS NULL) = (publish_zone IS NULL)",
            name=op.f("ck_content_item_slot_is_whole"),
        ),
        sa.CheckConstraint("publish_fold IN (0, 1)", name=op.f("ck_content_item_fold")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_content_item_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_content_item_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_content_item_site_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["type_id"], ["content_type.id"], name=op.f("fk_content_item_type_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_item")),
        sa.UniqueConstraint("site_id", "slug", name="uq_content_item_site_slug"),
    )
    op.create_index("ix_content_item_publish_at", "content_item", ["publish_at"], unique=False)
    op.create_index(op.f("ix_content_item_status"), "content_item", ["status"], unique=False)
    op.create_index("ix_content_item_target_date", "content_item", ["target_date"], unique=False)
    op.create_index(op.f("ix_content_item_url_n2"), "content_item", ["url_n2"], unique=False)
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision IN ('approved', 'changes_requested')", name=op.f("ck_approval_decision")),
        sa.ForeignKeyConstraint(["item_id"], ["content_item.id"], name=op.f("fk_approval_item_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approval_person_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_item_id"), "approval", ["item_id"], unique=False)
    op.create_table(
        "item_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_item_revision_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["content_item.id"], name=op.f("fk_item_revision_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_revision")),
        sa.UniqueConstraint("item_id", "n", name=op.f("uq_item_revision_item_id_n")),
    )
    op.create_index("ix_item_revision_hash", "item_revision", ["item_id", "content_hash"], unique=False)
    op.create_table(
        "item_role_step",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["content_item.id"], name=op.f("fk_item_role_step_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["decision_role.id"], name=op.f("fk_item_role_step_role_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["buying_step.id"], name=op.f("fk_item_role_step_step_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("item_id", "role_id", "step_id", name=op.f("pk_item_role_step")),
    )
    op.create_index(
        "uq_item_role_step_primary",
        "item_role_step",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("is_primary"),
        postgresql_where=sa.text("is_primary"),
    )
    content_type = sa.table(
        "content_type",
        *(
            sa.column(name)
            for name in (
                "key",
                "name_en",
                "name_zh",
                "icon",
                "lead_time_days",
                "review_days",
                "needs_lead_form",
                "position",
            )
        ),
    )
    op.bulk_insert(
        content_type,
        [
            {
                "key": key,
                "name_en": en,
                "name_zh": zh,
                "icon": icon,
                "lead_time_days": lead,
                "review_days": review,
                "needs_lead_form": form,
                "position": n,
            }
            for n, (key, en, zh, icon, lead, review, form) in enumerate(TYPES, 1)
        ],
    )
    decision_role = sa.table(
        "decision_role",
        *(sa.column(name) for name in ("key", "name_en", "name_zh", "concerns_en", "concerns_zh", "position")),
    )
    op.bulk_insert(
        decision_role,
        [
            {"key": key, "name_en": en, "name_zh": zh, "concerns_en": cares, "concerns_zh": cares_zh, "position": n}
            for n, (key, en, zh, cares, cares_zh) in enumerate(ROLES, 1)
        ],
    )
    buying_step = sa.table("buying_step", *(sa.column(name) for name in ("key", "name_en", "name_zh", "position")))
    op.bulk_insert(
        buying_step,
        [{"key": key, "name_en": en, "name_zh": zh, "position": n} for n, (key, en, zh) in enumerate(STEPS, 1)],
    )


def downgrade() -> None:
    op.drop_index(
        "uq_item_role_step_primary",
        table_name="item_role_step",
        sqlite_where=sa.text("is_primary"),
        postgresql_where=sa.text("is_primary"),
    )
    op.drop_table("item_role_step")
    op.drop_index("ix_item_revision_hash", table_name="item_revision")
    op.drop_table("item_revision")
    op.drop_index(op.f("ix_approval_item_id"), table_name="approval")
    op.drop_table("approval")
    op.drop_index(op.f("ix_content_item_url_n2"), table_name="content_item")
    op.drop_index("ix_content_item_target_date", table_name="content_item")
    op.drop_index(op.f("ix_content_item_status"), table_name="content_item")
    op.drop_index("ix_content_item_publish_at", table_name="content_item")
    op.drop_table("content_item")
    op.drop_table("site")
    op.drop_table("decision_role")
    op.drop_table("content_type")
    op.drop_table("buying_step")
