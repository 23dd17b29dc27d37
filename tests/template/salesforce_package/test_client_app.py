"""The client app: four files that belong together, opened for one user and one way to sign in."""

from __future__ import annotations

from xml.etree.ElementTree import parse

import pytest

from tests.template.salesforce_package.package import TEMPLATES, Source, permission_sets

FOLDER = TEMPLATES / "client-app"
FILES = {
    "externalClientApps": "Storefront_Connector.eca-meta.xml",
    "extlClntAppOauthSettings": "Storefront_Connector_oauth.ecaOauth-meta.xml",
    "extlClntAppGlobalOauthSets": "Storefront_Connector_glbloauth.ecaGlblOauth-meta.xml",
    "extlClntAppOauthPolicies": "Storefront_Connector_plcy.ecaOauthPlcy-meta.xml",
}


def part(folder: str) -> Source:
    path = FOLDER / folder / FILES[folder]
    return Source(path, parse(path).getroot())


def test_the_app_has_all_its_parts_and_no_other() -> None:
    found = {path.parent.name: path.name for path in FOLDER.rglob("*.xml")}
    assert found == FILES


@pytest.mark.parametrize("folder", [each for each in FILES if each != "externalClientApps"])
def test_each_part_names_the_app(folder: str) -> None:
    assert part(folder).text("externalClientApplication") == part("externalClientApps").name


@pytest.mark.parametrize("folder", FILES)
def test_each_part_has_a_label(folder: str) -> None:
    assert 0 < len(part(folder).text("label")) <= 80


def test_the_app_stays_in_the_org() -> None:
    app = part("externalClientApps")
    assert (app.text("distributionState"), app.text("isProtected")) == ("Local", "false")


def test_client_credentials_are_the_only_way_in() -> None:
    """Only this flow runs without a person; every other that is open is one more to be abused."""
    settings, policies = part("extlClntAppGlobalOauthSets"), part("extlClntAppOauthPolicies")
    flows = {each.tag.partition("}")[2]: each.text for each in (*settings.root, *policies.root)}
    opened = {
        name for name, value in flows.items() if name.endswith(("FlowEnabled", "Enabled")) and value == "true"
    }
    assert opened == {"isClientCredentialsFlowEnabled"}
    for each in (settings, policies):
        assert each.text("isClientCredentialsFlowEnabled") == "true"
    assert settings.text("isConsumerSecretOptional") == "false"
    assert part("extlClntAppOauthSettings").text("commaSeparatedOauthScopes") == "Api"


def test_only_the_integration_user_may_use_it() -> None:
    policies = part("extlClntAppOauthPolicies")
    assert policies.text("permittedUsersPolicyType") == "AdminApprovedPreAuthorized"
    assert policies.text("ipRelaxationPolicyType") == "Enforce"
    known = {each.name for each in permission_sets("Storefront_Connector")}
    assert set(policies.text("commaSeparatedPermissionSet").split(",")) == {"Storefront_Connector"} <= known
