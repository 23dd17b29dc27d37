"""Pages, lists, reports and the app show only what exists."""

from __future__ import annotations

import pytest

from tests.template.salesforce_package.package import (
    NS,
    ON_EVERY_OBJECT,
    ORDER_COLUMNS,
    Source,
    fields,
    fields_of,
    known_fields,
    own_objects,
    sources,
)

LAYOUTS = sources("*.layout-meta.xml")
LONG = {f"{x.object}.{x.name}" for x in fields() if x.text("type") == "LongTextArea"}


def _name(each: Source) -> str:
    return f"{each.object}.{each.name}"


@pytest.mark.parametrize("each", sources("*.compactLayout-meta.xml"), ids=_name)
def test_compact_layout_shows_existing_short_fields(each: Source) -> None:
    shown = each.texts("fields")
    assert each.text("fullName") == each.name
    assert set(shown) <= known_fields(each.object)
    assert not {f"{each.object}.{name}" for name in shown} & LONG
    assert 1 <= len(shown) <= 10


@pytest.mark.parametrize("each", sources("*.listView-meta.xml"), ids=_name)
def test_list_view_shows_and_filters_existing_fields(each: Source) -> None:
    known = fields_of()[each.object] | {"NAME"} | (ORDER_COLUMNS if each.object == "Order" else set())
    assert each.text("fullName") == each.name
    assert {*each.texts("columns"), *each.texts("filters/field")} <= known
    assert 1 <= len(each.texts("columns")) <= 15
    assert len(each.text("label")) <= 40


def test_every_own_object_has_a_list_a_compact_layout_and_a_layout() -> None:
    names = {each.name for each in own_objects()}
    assert {each.object for each in sources("All.listView-meta.xml")} == names
    assert {each.object for each in sources("*.compactLayout-meta.xml")} >= names
    assert {each.name.partition("-")[0] for each in LAYOUTS} == names


@pytest.mark.parametrize("each", own_objects(), ids=lambda each: each.name)
def test_object_assigns_its_compact_layout_and_searches_existing_fields(each: Source) -> None:
    assigned = f"{each.text('compactLayoutAssignment')}.compactLayout-meta.xml"
    assert (each.path.parent / "compactLayouts" / assigned).is_file()
    searched = {x.text or "" for x in each.root.findall("m:searchLayouts/*", NS)}
    assert searched <= fields_of()[each.name]


@pytest.mark.parametrize("each", LAYOUTS, ids=lambda each: each.name)
def test_layout_shows_every_field_of_its_object_once(each: Source) -> None:
    sobject = each.name.partition("-")[0]
    shown = each.texts("layoutSections/layoutColumns/layoutItems/field")
    assert sorted(shown) == sorted(fields_of()[sobject] | ON_EVERY_OBJECT)


@pytest.mark.parametrize("each", LAYOUTS, ids=lambda each: each.name)
def test_related_lists_follow_existing_lookups_back(each: Source) -> None:
    parent = each.name.partition("-")[0]
    lookups = {f"{x.object}.{x.name}" for x in fields() if x.text("referenceTo") == parent}
    assert set(each.texts("relatedLists/relatedList")) == lookups
    for related in each.root.findall("m:relatedLists", NS):
        child = related.findtext("m:relatedList", "", NS).partition(".")[0]
        assert {x.text for x in related.findall("m:fields", NS)} <= fields_of()[child] | {"NAME"}


def test_report_type_offers_every_short_field_of_the_order() -> None:
    [offered] = sources("*.reportType-meta.xml")
    own = {name for name in fields_of()["Order"] if f"Order.{name}" not in LONG}
    assert set(offered.texts("sections/columns/field")) == own | {
        "OrderNumber", "Account", "EffectiveDate", "Status", "TotalAmount",
    }  # fmt: skip
    assert set(offered.texts("sections/columns/table")) == {"Order"}


@pytest.mark.parametrize("each", sources("*.report-meta.xml"), ids=lambda each: each.name)
def test_report_uses_columns_of_its_report_type(each: Source) -> None:
    [offered] = sources("*.reportType-meta.xml")
    columns = {f"Order${name}" for name in offered.texts("sections/columns/field")}
    places = (
        "columns/field",
        "filter/criteriaItems/column",
        "groupingsDown/field",
        "timeFrameFilter/dateColumn",
    )
    used = {name for place in places for name in each.texts(place)}
    assert each.text("reportType") == f"{offered.name}__c"
    assert used <= columns
    assert not set(each.texts("columns/field")) & set(each.texts("groupingsDown/field"))
    assert len(each.text("name")) <= 40
    assert len(each.text("description")) <= 255


def test_reports_lie_in_the_shipped_folder() -> None:
    assert {each.name for each in sources("*.report-meta.xml")} == {
        "Storefront_Orders_by_Store",
        "Storefront_Residual_Money",
    }
    folders = {each.name for each in sources("*.reportFolder-meta.xml")}
    assert {each.path.parent.name for each in sources("*.report-meta.xml")} == folders == {"Storefront"}


def test_app_shows_orders_and_every_own_tab() -> None:
    [app] = sources("*.app-meta.xml")
    tabs = [each.name for each in sources("*.tab-meta.xml")]
    assert sorted(app.texts("tabs")) == sorted(["standard-Order", "standard-report", *tabs])
    assert (app.text("uiType"), app.text("navType")) == ("Lightning", "Standard")


@pytest.mark.parametrize("each", sources("*.tab-meta.xml"), ids=lambda each: each.name)
def test_tab_is_that_of_its_object(each: Source) -> None:
    assert each.text("customObject") == "true"
    assert each.name in {one.name for one in own_objects()}


@pytest.mark.parametrize("each", sources("*.layout-meta.xml"), ids=lambda each: each.name)
def test_section_of_a_layout_has_a_heading_where_it_shows_one(each: Source) -> None:
    for section in each.root.findall("m:layoutSections", NS):
        shown = {section.findtext(f"m:{tag}", "", NS) for tag in ("detailHeading", "editHeading")}
        assert "true" not in shown or section.findtext("m:label", "", NS)
