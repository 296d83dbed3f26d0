"""Settings: what a typo, a wrong type, a wide-open secret or a missing file leads to."""

import stat
from pathlib import Path

import pytest

from chorus_tui import settings
from chorus_tui.domain.flow import Channel, Rejection
from chorus_tui.settings import SettingsError, create, load, locate, template

RULE = "[[rules]]\nname='x'\nsupplier='11122233300044'\n"
EDI = "[[edi]]\nname='gate'\npartner_code='ABC001'\nissuer='11122233300044'\ndrop='out'\nreturns='in'\n"
STRUCTURE = "[[structures]]\nsiret='11122233300044'\nmain_manager='alice'\n"


def written(home: Path, text: str) -> Path:
    (home / "settings.toml").write_text(text, encoding="utf-8")
    return home


def refusal(home: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(written(home, text), {})
    return str(caught.value)


def secret(home: Path, name: str, content: bytes, mode: int = 0o600) -> Path:
    (home / "secrets").mkdir(exist_ok=True)
    path = home / "secrets" / name
    path.write_bytes(content)
    path.chmod(mode)
    return path


def uncommented(text: str) -> str:
    """What remains when an operator removes the # right before every key."""
    lines = (line for line in text.splitlines() if line.startswith("#") and not line.startswith("# "))
    return "\n".join(line.removeprefix("#") for line in lines)


def test_no_file_leaves_the_defaults_and_the_qualification_platform(tmp_path: Path) -> None:
    loaded = load(tmp_path, {})
    assert loaded.connection.environment == "sandbox"
    assert loaded.connection.oauth_url == "https://sandbox-oauth.piste.gouv.fr/api/oauth/token"
    assert loaded.connection.api_url == "https://sandbox-api.piste.gouv.fr"
    assert loaded.watch == ()


def test_home_keeps_everything_in_one_folder(tmp_path: Path) -> None:
    folders = locate(tmp_path, {})
    assert {folders.settings.parent, folders.data.parent, folders.log.parent} == {tmp_path}
    assert locate(None, {"CHORUS_TUI_HOME": str(tmp_path)}) == folders


def test_without_a_home_the_places_are_the_systems(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folders = locate(None, {})
    assert folders.settings == tmp_path / "config" / "chorus-tui" / "settings.toml"
    assert folders.data == tmp_path / "data" / "chorus-tui"


def test_every_setting_arrives(tmp_path: Path) -> None:
    """S2-006, S2-043: partner code and way of rejection of each EDI connection are settings."""
    loaded = load(
        written(
            tmp_path,
            """
theme = "dark"
hold = 5
[connection]
environment = "production"
timeout = 12.5
structure = "111 222 333 00044"
[[watch]]
path = "drop"
recursive = true
[[watch]]
path = "/srv/other"
[[rules]]
name = "Hospital"
supplier = "111 222 333 00044"
glob = "H*.pdf"
text = 'CHU\\s+de'
automatic = true
[[rules]]
name = "Flows"
supplier = "11122233300044"
glob = "*.xml"
channel = "edi"
edi = "gate"
[[edi]]
name = "gate"
partner_code = "ABC001"
issuer = "111 222 333 00044"
drop = "edi/out"
returns = "edi/in"
rejection = "complete"
[[edi]]
name = "second"
partner_code = "ABC002"
issuer = "11122233300044"
drop = "edi/out"
returns = "edi/in 2"
[[structures]]
siret = "111 222 333 00044"
main_manager = "alice"
[keys]
"submit" = "f9"
[folders]
exports = "out"
""",
        ),
        {},
    )
    assert loaded.theme == "dark"
    assert loaded.hold == 5.0
    assert loaded.connection.api_url == "https://api.piste.gouv.fr"
    assert loaded.connection.timeout == 12.5
    assert [folder.path for folder in loaded.watch] == [tmp_path / "drop", Path("/srv/other")]
    assert loaded.watch[0].recursive
    assert loaded.rules[0].supplier == "11122233300044"
    assert loaded.rules[0].automatic
    assert [(rule.channel, rule.edi) for rule in loaded.rules] == [(Channel.FORM, ""), (Channel.EDI, "gate")]
    assert [edi.issuer for edi in loaded.edi] == ["11122233300044"] * 2
    assert [edi.rejection for edi in loaded.edi] == [Rejection.COMPLETE, Rejection.PARTIAL]
    assert {edi.drop for edi in loaded.edi} == {tmp_path / "edi" / "out"}
    assert loaded.structures == (settings.Structure(siret="11122233300044", main_manager="alice"),)
    assert loaded.connection.structure == "11122233300044"
    assert loaded.keys == {"submit": "f9"}
    assert loaded.folders.exports == tmp_path / "out"
    assert loaded.folders.data == tmp_path / "data"


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ("theme = ''\nhodl = 3\n", 2, "hodl", 'Did you mean "hold"?'),
        ("[connection]\n\n\ntimeuot = 3\n", 4, "connection.timeuot", 'Did you mean "timeout"?'),
        ("[conection]\ntimeout = 3\n", 1, "conection", 'Did you mean "connection"?'),
        ("zzz = 1\n", 1, "zzz", "Known here: theme, hold"),
        ("hold = 'long'\n", 1, "hold", "a number is wanted here, not text"),
        ("hold = true\n", 1, "hold", "a number is wanted here, not true or false"),
        ("hold = -1\n", 1, "hold", "at least 0"),
        ("poll = 0\n", 1, "poll", "more than 0"),
        ("poll = nan\n", 1, "poll", "a finite number"),
        ("# a\ntheme = 3\n", 2, "theme", "text between quotes is wanted here, not a number"),
        ("watch = 3\n", 1, "watch", "a list of tables"),
        ("connection = []\n", 1, "connection", "a table is wanted here, not a list"),
        (
            "[[watch]]\npath='a'\n[[watch]]\npath='b'\nrecursive='yes'\n",
            5,
            "watch[2].recursive",
            "true or false",
        ),
        ("[[watch]]\npath=''\n", 2, "watch[1].path", "a folder is wanted"),
        ("[[rules]]\nname = 'x'\n", 1, "rules[1]", 'the key "supplier" is missing'),
        ("[[rules]]\nname='x'\nsupplier='12'\n", 3, "rules[1].supplier", "14 digits"),
        (
            "[[rules]]\nname='x'\nsupplier='11122233300044'\ntext='('\n",
            4,
            "rules[1].text",
            "regular expression",
        ),
        ("[connection]\nenvironment='prod'\n", 2, "connection.environment", '"production", "sandbox"'),
        ("[connection]\nenvironment='simulator'\n", 1, "connection", 'the key "oauth_url" is missing'),
        ("[connection]\napi_url='http://chorus.example'\n", 2, "connection.api_url", "an https address"),
        ("[keys]\nsubmit = 3\n", 2, "keys.submit", "text between quotes"),
        ("keys = { a = 'b' }\n\nfolders = 4", 3, "folders", "a table"),
        ("[folders]\ndta = '/x'\n", 2, "folders.dta", 'Did you mean "data"?'),
        ("[folders]\nsettings = '/x'\n", 2, "folders.settings", "no such key"),
        ("rules = [\n {name='x', supplier='11122233300044', glob=3}]\n", 1, "rules[1].glob", "text"),
        ("hold = 1979-05-27\n", 1, "hold", "not a date"),
        (RULE + "channel='pigeon'\n", 4, "rules[1].channel", '"form", "api", "edi", "portal"'),
        (RULE + "channel='edi'\n[keys]\n", 4, "rules[1].channel", "EDI connection; there is: none."),
        (RULE + "channel='edi'\nedi='gat'\n" + EDI, 5, "rules[1].edi", 'EDI connection; there is: "gate".'),
        (RULE + "edi='gate'\n", 4, "rules[1].edi", 'says nothing without channel = "edi"'),
        (EDI.replace("ABC001", "ABC01"), 3, "edi[1].partner_code", "three capitals and three digits"),
        (EDI.replace("ABC001", "abc001"), 3, "edi[1].partner_code", "such as ABC001"),
        (EDI.replace("ABC001", "AB0C01"), 3, "edi[1].partner_code", "three capitals and three digits"),
        (EDI.replace("ABC001", "ABC0012"), 3, "edi[1].partner_code", "three capitals and three digits"),
        (EDI.replace("11122233300044", "1"), 4, "edi[1].issuer", "14 digits"),
        (EDI.replace("'gate'", "''"), 2, "edi[1].name", "a name is wanted"),
        (EDI.replace("'in'", "'x/../out'"), 6, "edi[1].returns", "a folder of its own"),
        (EDI + "rejection='some'\n", 7, "edi[1].rejection", '"partial", "complete"'),
        (
            EDI + EDI.replace("ABC", "ABD").replace("'in'", "'back'"),
            8,
            "edi[2].name",
            "each must have its own",
        ),
        (
            EDI + EDI.replace("gate", "b").replace("'in'", "'back'"),
            9,
            "edi[2].partner_code",
            "each must have",
        ),
        (EDI + EDI.replace("gate", "b").replace("ABC", "ABD"), 12, "edi[2].returns", "a folder of its own"),
        (EDI + "[[watch]]\npath='in'\n", 6, "edi[1].returns", "is watched for documents"),
        (EDI + "[[watch]]\npath='.'\nrecursive=true\n", 5, "edi[1].drop", "is watched for documents"),
        ("[connection]\nstructure='12'\n", 2, "connection.structure", "14 digits"),
        ("[[structures]]\nsiret='12'\nmain_manager='a'\n", 2, "structures[1].siret", "14 digits"),
        ("[[structures]]\nsiret='11122233300044'\n", 1, "structures[1]", '"main_manager" is missing'),
        (STRUCTURE + STRUCTURE.replace("111222", "111 222 "), 5, "structures[2].siret", "each must have its"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(
    tmp_path: Path, text: str, line: int, key: str, words: str
) -> None:
    said = refusal(tmp_path, text)
    assert said.startswith(f'{tmp_path / "settings.toml"}, line {line}, key "{key}": ')
    assert words in said


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = = 2\n", 2), ("a = 1\n[connection\n", 2), ("\n\na = [1,\n", 4)]
)
def test_a_syntax_error_is_named_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    assert f"settings.toml, line {line}: this is not TOML: " in refusal(tmp_path, text)


def test_all_mistakes_are_said_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, "[connection]\ntimeout='x'\n[[watch]]\nrecursve=true\n[keys]\na=1\n"), {})
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [
        (2, "connection.timeout"),
        (3, "watch[1]"),
        (4, "watch[1].recursve"),
        (6, "keys.a"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "password = 'hunter2'",
        "[connection]\nclient_secret='hunter2'",
        "[connection.credentials]\nlogin='hunter2'",
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    said = refusal(tmp_path, text)
    assert "secrets are not kept in this file" in said
    assert "CHORUS_TUI_" in said
    assert "hunter2" not in said


def test_a_file_that_is_not_text_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(b"theme = ''\n# caf\xe9\n")
    with pytest.raises(SettingsError, match=r"settings\.toml, line 2: this is not UTF-8"):
        load(tmp_path, {})


def test_a_mark_that_a_windows_editor_leaves_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(b"\xef\xbb\xbfhold = 2\r\n")
    assert load(tmp_path, {}).hold == 2


def test_a_settings_file_that_is_a_folder_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path, {})


def test_escape_sequences_in_a_key_do_not_reach_the_terminal(tmp_path: Path) -> None:
    assert "\x1b" not in refusal(tmp_path, '"a\\u001b]0;x" = 1\n')


def test_the_simulator_may_be_reached_without_tls_on_this_machine(tmp_path: Path) -> None:
    text = (
        "[connection]\nenvironment='simulator'\noauth_url='http://127.0.0.1:9/t'\napi_url='http://[::1]:9'\n"
    )
    assert load(written(tmp_path, text), {}).connection.api_url == "http://[::1]:9"


def test_secrets_come_from_the_environment_before_files(tmp_path: Path) -> None:
    secret(tmp_path, "login", b"TECH_1@cpro.fr\n")
    secret(tmp_path, "password", b"from a file \r\n")
    loaded = load(tmp_path, {"CHORUS_TUI_LOGIN": "TECH_2@cpro.fr", "CHORUS_TUI_CLIENT_ID": "id"})
    found = loaded.connection.credentials
    assert (found.login, found.password, found.client_id) == ("TECH_2@cpro.fr", "from a file ", "id")
    assert found.missing == ("client_secret",)
    assert "from a file" not in repr(loaded)


def test_secrets_come_from_systemd_before_files(tmp_path: Path) -> None:
    handed_over = tmp_path / "handed over"
    handed_over.mkdir()
    (handed_over / "password").write_text("by systemd")
    (handed_over / "password").chmod(0o440)
    secret(tmp_path, "password", b"from a file")
    secret(tmp_path, "login", b"me")
    found = load(tmp_path, {"CREDENTIALS_DIRECTORY": str(handed_over)}).connection.credentials
    assert (found.password, found.login) == ("by systemd", "me")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_secret_that_others_can_read_is_refused_with_what_to_type(tmp_path: Path, mode: int) -> None:
    path = secret(tmp_path, "password", b"hunter2", mode)
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, {})
    assert f"chmod 600 {path}" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines\n", b"\xff\xfe", b"a\x00b"])
def test_a_secret_file_that_holds_no_single_line_is_refused(tmp_path: Path, content: bytes) -> None:
    secret(tmp_path, "client_secret", content)
    with pytest.raises(SettingsError, match=r"client_secret: this file must hold one line"):
        load(tmp_path, {})


def test_init_writes_a_file_that_loads_as_the_defaults(tmp_path: Path) -> None:
    folders = locate(tmp_path / "new", {})
    assert create(folders)
    assert stat.S_IMODE(folders.settings.stat().st_mode) == 0o600
    written_by_init = load(tmp_path / "new", {})
    folders.settings.unlink()
    assert written_by_init == load(tmp_path / "new", {})
    assert stat.S_IMODE(folders.secrets.stat().st_mode) == 0o700
    assert stat.S_IMODE(folders.data.stat().st_mode) == 0o700


def test_everything_that_init_explains_can_be_uncommented(tmp_path: Path) -> None:
    folders = locate(tmp_path, {})
    loaded = load(written(tmp_path, uncommented(template(folders))), {})
    assert loaded.folders == folders
    assert loaded.watch[0].path == Path("/srv/billing/chorus")
    assert loaded.rules[0].glob == "*.pdf"
    assert loaded.hold == 5.0
    assert "SIRET of the supplier structure" in template(folders)


def test_init_explains_every_setting(tmp_path: Path) -> None:
    text = template(locate(tmp_path, {}))
    tables = {
        "[connection]": settings.Connection,
        "[[watch]]": settings.WatchedFolder,
        "[[rules]]": settings.FilingRule,
        "[[edi]]": settings.EdiConnection,
        "[[structures]]": settings.Structure,
        "[folders]": settings.Folders,
    }
    for title, struct in tables.items():
        table = text.split(f"#{title}\n", 1)[1].split("\n\n", 1)[0]
        for name in set(struct.__struct_fields__) - {"credentials", "settings"}:
            assert f"#{name} = " in table
    assert "#[keys]\n" in text
    nested = {"folders", "connection", "watch", "rules", "edi", "structures", "keys"}
    for name in set(settings.Settings.__struct_fields__) - nested:
        assert f"#{name} = " in text.split("#[connection]\n", 1)[0]


def test_init_never_overwrites(tmp_path: Path) -> None:
    written(tmp_path, "hold = 7\n")
    assert not create(locate(tmp_path, {}))
    assert load(tmp_path, {}).hold == 7
