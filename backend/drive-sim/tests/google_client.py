"""Google's own Python client against a running simulator.

    google_client.py URL FOLDER

URL is the simulator's address, FOLDER the one with the credentials that it wrote.
Whatever surprises Google's client here is a lie of the simulator.
"""

import faulthandler
import io
import json
import os
import sys
import tempfile
import threading
import unittest
import webbrowser
from importlib import resources

# The simulator speaks plain HTTP on the loopback address.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import InstalledAppFlow
from googleapiclient.discovery import build, build_from_document
from googleapiclient.errors import HttpError, ResumableUploadError
from googleapiclient.http import MediaFileUpload, MediaIoBaseDownload, MediaIoBaseUpload

URL = ""
FOLDER = ""
DRIVE_FILE = "https://www.googleapis.com/auth/drive.file"
FULL = "https://www.googleapis.com/auth/drive"
CHUNK = 256 * 1024
DIRECTORY = "application/vnd.google-apps.folder"


def sim(method, path, body=None):
    """A call of the control API."""
    answer = requests.request(method, f"{URL}sim/{path}", json=body, timeout=10)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def fault(op, kind, **more):
    sim("POST", "faults", {"op": op, "kind": kind, **more})


def stored():
    """The token that the simulator wrote, read by the client."""
    path = os.path.join(FOLDER, "token.json")
    return at_simulator(Credentials.from_authorized_user_file(path, [DRIVE_FILE]))


def at_simulator(credentials):
    """The client reads every member of the file but `token_uri`: that it takes to be Google's own."""
    credentials._token_uri = f"{URL}token"
    return credentials


def drive(credentials):
    """The service from the discovery document in Google's package, at the simulator's address.

    `client_options` moves all calls but uploads, so the document's own root moves too.
    """
    package = resources.files("googleapiclient.discovery_cache") / "documents" / "drive.v3.json"
    document = json.loads(package.read_text())
    document["rootUrl"] = URL
    document["baseUrl"] = f"{URL}drive/v3/"
    return build_from_document(document, credentials=credentials)


def patient(request):
    """Without the real pauses between tries."""
    request._sleep = lambda _: None
    return request


def reason(error):
    return error.error_details[0]["reason"]


class Sim(unittest.TestCase):
    def setUp(self):
        sim("DELETE", "faults")
        self.drive = drive(stored())
        self.files = self.drive.files()

    def refused(self, status, word, request):
        with self.assertRaises(HttpError) as caught:
            request.execute()
        self.assertEqual((caught.exception.status_code, reason(caught.exception)), (status, word))
        return caught.exception

    def new_id(self):
        return self.files.generateIds(count=1).execute()["ids"][0]

    def directory(self, name, **more):
        body = {"name": name, "mimeType": DIRECTORY, **more}
        return self.files.create(body=body, fields="id").execute()["id"]

    def photo(self, name, content=b"photo", **more):
        media = MediaIoBaseUpload(io.BytesIO(content), "image/jpeg")
        return self.files.create(body={"name": name, **more}, media_body=media, fields="id").execute()["id"]


class SignIn(Sim):
    def test_the_token_file_is_the_one_that_the_client_writes(self):
        with open(os.path.join(FOLDER, "token.json")) as file:
            text = file.read()
        credentials = stored()
        self.assertTrue(credentials.valid)
        ours, theirs = json.loads(text), json.loads(credentials.to_json())
        self.assertEqual(list(ours), list(theirs))
        self.assertEqual({**ours, "expiry": None}, {**theirs, "expiry": None})
        self.assertEqual(text, json.dumps(ours))

    def test_a_refresh_brings_a_new_access_token_and_keeps_the_refresh_token(self):
        credentials = stored()
        before = (credentials.token, credentials.refresh_token)
        credentials.refresh(Request())
        self.assertNotEqual(credentials.token, before[0])
        self.assertEqual(credentials.refresh_token, before[1])
        about = drive(credentials).about().get(fields="user(emailAddress)").execute()
        self.assertEqual(about, {"user": {"emailAddress": "operator@example.com"}})

    def test_a_dead_access_token_is_refreshed_by_the_client(self):
        credentials = stored()
        sim("POST", "expire", {"access_tokens": True})
        before = sim("GET", "state")["token_refreshes"]
        drive(credentials).files().list().execute()
        self.assertEqual(sim("GET", "state")["token_refreshes"], before + 1)

    def test_trouble_at_the_token_endpoint_is_told_apart(self):
        fault("token", {"status": {"status": 503, "reason": "temporarily_unavailable"}}, times=2)
        stored().refresh(Request())
        wrong = stored()
        wrong._refresh_token = "1//never-given"
        with self.assertRaises(RefreshError) as caught:
            wrong.refresh(Request())
        self.assertIn("invalid_grant", str(caught.exception))
        self.assertFalse(caught.exception.retryable)
        fault("token", {"answer": {"status": 500, "content_type": "text/html", "body": "<p>oops"}}, times=9)
        with self.assertRaises(RefreshError):
            stored().refresh(Request())

    def consent(self, **options):
        """Signs in as a desktop app does; the browser follows redirects as one does."""

        class Browser(webbrowser.BaseBrowser):
            def open(self, address, new=0, autoraise=True):
                threading.Thread(target=requests.get, args=[address], daemon=True).start()
                return True

        webbrowser.register("sim", None, Browser())
        secrets = os.path.join(FOLDER, "client_secrets.json")
        flow = InstalledAppFlow.from_client_secrets_file(secrets, options.pop("scopes", [DRIVE_FILE]))
        return flow.run_local_server(port=0, browser="sim", authorization_prompt_message=None, timeout_seconds=10, **options)

    def test_signing_in_gives_a_token_that_works(self):
        credentials = self.consent(prompt="consent")
        self.assertTrue(credentials.refresh_token)
        self.assertEqual(credentials.granted_scopes, [DRIVE_FILE])
        drive(credentials).files().list().execute()
        again = at_simulator(Credentials.from_authorized_user_info(json.loads(credentials.to_json())))
        again.refresh(Request())
        self.assertFalse(self.consent().refresh_token, "only the first consent brings one")

    def test_a_person_who_says_no_or_less_is_heard(self):
        try:
            sim("PATCH", "options", {"consent": {"deny": True}})
            with self.assertRaisesRegex(Exception, "access_denied"):
                self.consent()
            sim("PATCH", "options", {"consent": {"scope": DRIVE_FILE}})
            with self.assertRaisesRegex(Warning, "Scope has changed"):
                self.consent(scopes=[DRIVE_FILE, FULL])
        finally:
            sim("PATCH", "options", {"consent": {}})

    def test_a_device_signs_in_through_a_phone(self):
        secrets = json.load(open(os.path.join(FOLDER, "client_secrets.json")))["installed"]
        ask = {"client_id": secrets["client_id"], "scope": DRIVE_FILE}
        device = requests.post(f"{URL}device/code", data=ask, timeout=10).json()
        poll = {
            "client_id": secrets["client_id"],
            "client_secret": secrets["client_secret"],
            "device_code": device["device_code"],
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        }
        waiting = requests.post(f"{URL}token", data=poll, timeout=10)
        self.assertEqual((waiting.status_code, waiting.json()["error"]), (428, "authorization_pending"))
        hasty = requests.post(f"{URL}token", data=poll, timeout=10)
        self.assertEqual((hasty.status_code, hasty.json()["error"]), (403, "slow_down"))
        sim("POST", "device/approve", {"user_code": device["user_code"]})
        token = requests.post(f"{URL}token", data=poll, timeout=10).json()
        drive(Credentials(token["access_token"])).files().list().execute()

    def test_a_service_account_signs_in_but_has_no_room(self):
        key = os.path.join(FOLDER, "service_account.json")
        credentials = service_account.Credentials.from_service_account_file(key, scopes=[DRIVE_FILE])
        self.drive = drive(credentials)
        self.files = self.drive.files()
        who = self.drive.about().get(fields="user").execute()["user"]
        self.assertEqual(who["emailAddress"], credentials.service_account_email)
        media = MediaIoBaseUpload(io.BytesIO(b"x"), "image/jpeg")
        self.refused(403, "storageQuotaExceeded", self.files.create(body={"name": "x"}, media_body=media))
        self.directory("a folder needs no room")
        delegated = credentials.with_subject("operator@example.com")
        with self.assertRaises(RefreshError) as caught:
            delegated.refresh(Request())
        self.assertIn("unauthorized_client", str(caught.exception))


class InMemory(MediaIoBaseUpload):
    """Chunks as bytes. The client's own retry of a chunk from a stream sends the rest of a stream that it
    has read already, that is nothing, and waits for ever."""

    def has_stream(self):
        return False


class Endless(InMemory):
    """Bytes of which nobody knows how many will come."""

    def size(self):
        return None


class Uploads(Sim):
    CONTENT = bytes(range(256)) * 4 * 700  # 2.7 chunks

    def resumable(self, name, content=None, kind=MediaIoBaseUpload, **more):
        content = self.CONTENT if content is None else content
        media = kind(io.BytesIO(content), "image/jpeg", chunksize=CHUNK, resumable=True)
        body = {"name": name, **more}
        return patient(self.files.create(body=body, media_body=media, fields="id,size,sha256Checksum"))

    def assertWhole(self, file, content=None):
        import hashlib

        content = self.CONTENT if content is None else content
        self.assertEqual(file["size"], str(len(content)))
        self.assertEqual(file["sha256Checksum"], hashlib.sha256(content).hexdigest())

    def test_ids_come_from_the_account_and_serve_once(self):
        ids = self.files.generateIds(count=1000, space="drive", type="files").execute()
        self.assertEqual(ids["kind"], "drive#generatedIds")
        self.assertEqual(len(set(ids["ids"])), 1000)
        self.refused(400, "invalid", self.files.generateIds(count=1001))
        mine = ids["ids"][0]
        self.photo("a", id=mine)
        media = MediaIoBaseUpload(io.BytesIO(b"x"), "image/jpeg")
        error = self.refused(409, "fileIdInUse", self.files.create(body={"id": mine}, media_body=media))
        self.assertEqual(error.reason, "A file already exists with the provided ID.")
        with self.assertRaises(ResumableUploadError) as caught:
            self.resumable("a", id=mine).execute()
        self.assertEqual((caught.exception.status_code, reason(caught.exception)), (409, "fileIdInUse"))
        self.refused(400, "invalid", self.files.create(body={"id": "1" * 33}, media_body=media))

    def test_a_small_file_goes_in_one_request(self):
        with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
            file.write(b"\r\n--b\r\n\n" + self.CONTENT)
            file.flush()
            media = MediaFileUpload(file.name)
            made = self.files.create(body={"name": "one"}, media_body=media, fields="*").execute()
        self.assertWhole(made, b"\r\n--b\r\n\n" + self.CONTENT)
        self.assertEqual(made["mimeType"], "image/jpeg")
        self.assertEqual(made["webViewLink"], f"https://drive.google.com/file/d/{made['id']}/view?usp=drivesdk")
        self.assertEqual(made["webContentLink"], f"https://drive.google.com/uc?id={made['id']}&export=download")

    def test_a_session_goes_chunk_by_chunk(self):
        request = self.resumable("chunks")
        steps = []
        response = None
        while response is None:
            status, response = request.next_chunk()
            steps.append(status and status.resumable_progress)
        self.assertEqual(steps, [CHUNK, 2 * CHUNK, None])
        self.assertWhole(response)

    def test_the_length_may_be_unknown(self):
        self.assertWhole(self.resumable("live", kind=Endless).execute())

    def test_an_empty_file_is_a_file(self):
        self.assertWhole(self.resumable("empty", b"").execute(), b"")

    def test_lost_and_half_kept_chunks_do_no_harm(self):
        fault("session_put", {"store_part": {"bytes": 100_000}}, times=1)
        self.assertWhole(self.resumable("half").execute())
        fault("session_put", {"status": {"status": 503, "reason": "backendError"}}, times=2, after=1)
        self.assertWhole(self.resumable("503", kind=InMemory).execute(num_retries=5))
        fault("session_put", {"status": {"status": 503, "after_work": True}}, times=1, after=2)
        request = self.resumable("stored, then 503")
        with self.assertRaises(HttpError):
            request.execute()
        self.assertWhole(request.execute())
        fault("session_put", "cut_after", times=1, after=2)
        self.assertWhole(self.resumable("answer lost", kind=InMemory).execute())
        fault("session_start", {"status": {"status": 429, "reason": "rateLimitExceeded"}}, times=1)
        fault("session_start", {"status": {"status": 403, "reason": "userRateLimitExceeded"}}, times=1)
        self.assertWhole(self.resumable("limits").execute(num_retries=3))
        made = [file for file in sim("GET", "state")["files"] if file["name"] in ("503", "answer lost", "half")]
        self.assertEqual(len(made), 3)

    def test_a_session_ends(self):
        request = self.resumable("gone")
        request.next_chunk()
        sim("POST", "expire", {"sessions": True})
        with self.assertRaises(HttpError) as caught:
            request.next_chunk()
        self.assertEqual(caught.exception.status_code, 404)

    def test_a_full_drive_says_so(self):
        try:
            sim("POST", "quota", {"bytes": 1})
            about = self.drive.about().get(fields="storageQuota,user(emailAddress)").execute()
            self.assertEqual(about["storageQuota"]["limit"], "1")
            media = MediaIoBaseUpload(io.BytesIO(b"xy"), "image/jpeg")
            self.refused(403, "storageQuotaExceeded", self.files.create(body={"name": "x"}, media_body=media))
            with self.assertRaises(ResumableUploadError) as caught:
                self.resumable("x").execute()
            self.assertEqual(reason(caught.exception), "storageQuotaExceeded")
        finally:
            sim("POST", "quota", {"bytes": None})

    def test_new_bytes_replace_the_old_ones(self):
        id = self.photo("a.jpg", b"old")
        media = MediaIoBaseUpload(io.BytesIO(self.CONTENT), "image/jpeg", chunksize=CHUNK, resumable=True)
        changed = self.files.update(fileId=id, media_body=media, fields="id,size,sha256Checksum").execute()
        self.assertEqual(changed["id"], id)
        self.assertWhole(changed)

    def test_bytes_come_back_whole_and_in_pieces(self):
        id = self.photo("a.jpg", self.CONTENT)
        self.assertEqual(self.files.get_media(fileId=id).execute(), self.CONTENT)
        target = io.BytesIO()
        download = MediaIoBaseDownload(target, self.files.get_media(fileId=id), chunksize=CHUNK)
        done, steps = False, 0
        while not done:
            _, done = download.next_chunk()
            steps += 1
        self.assertEqual((target.getvalue(), steps), (self.CONTENT, 3))
        self.refused(403, "fileNotDownloadable", self.files.get_media(fileId=self.directory("d")))


class Metadata(Sim):
    def test_about_needs_fields(self):
        with self.assertRaises(HttpError) as caught:
            self.drive.about().get().execute()
        self.assertEqual(caught.exception.status_code, 400)
        about = self.drive.about().get(fields="*").execute()
        self.assertEqual(about["kind"], "drive#about")
        self.assertIsInstance(about["storageQuota"]["usage"], str)

    def test_answers_have_what_the_mask_names(self):
        id = self.photo("a")
        get = lambda fields=None: self.files.get(fileId=id, fields=fields).execute()
        self.assertEqual(sorted(get()), ["id", "kind", "mimeType", "name"])
        self.assertEqual(get("id,owners(emailAddress)"), {"id": id, "owners": [{"emailAddress": "operator@example.com"}]})
        self.refused(400, "invalidParameter", self.files.get(fileId=id, fields="md5checksum"))
        self.refused(404, "notFound", self.files.get(fileId="nothing"))

    def test_resources_have_only_members_that_google_documents(self):
        package = resources.files("googleapiclient.discovery_cache") / "documents" / "drive.v3.json"
        schemas = json.loads(package.read_text())["schemas"]
        id = self.photo("a.jpg", appProperties={"a": "b"}, description="d")
        self.check(schemas, "File", self.files.get(fileId=id, fields="*").execute())
        self.check(schemas, "About", self.drive.about().get(fields="*").execute())
        shared = self.drive.permissions().create(fileId=id, body={"type": "anyone", "role": "reader"}, fields="*")
        self.check(schemas, "Permission", shared.execute())
        self.check(schemas, "FileList", self.files.list(fields="*", pageSize=1).execute())
        self.check(schemas, "PermissionList", self.drive.permissions().list(fileId=id, fields="*").execute())
        self.check(schemas, "GeneratedIds", self.files.generateIds().execute())

    def check(self, schemas, name, value):
        """Every member is in the discovery document, with its type."""
        properties = schemas[name]["properties"] if isinstance(name, str) else name["properties"]
        kinds = {"string": str, "boolean": bool, "integer": int, "object": dict, "array": list}
        for key, member in value.items():
            self.assertIn(key, properties)
            schema = properties[key]
            if "$ref" in schema:
                self.check(schemas, schema["$ref"], member)
                continue
            self.assertIsInstance(member, kinds[schema["type"]], key)
            if schema.get("format") == "date-time":
                self.assertRegex(member, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            elif schema.get("format") == "int64":
                self.assertRegex(member, r"^-?\d+$")
            elif "properties" in schema:
                self.check(schemas, schema, member)
            elif "$ref" in schema.get("items", {}):
                for item in member:
                    self.check(schemas, schema["items"]["$ref"], item)

    def test_lists_are_searched_sorted_and_paged(self):
        folder = self.directory("list")
        for number in range(7):
            self.photo(f"p{number}.jpg", parents=[folder], appProperties={"n": str(number)})
        self.directory("inner", parents=[folder])
        q = f"'{folder}' in parents and mimeType != '{DIRECTORY}' and trashed = false"
        names, request, pages = [], self.files.list(q=q, pageSize=3, orderBy="name desc"), 0
        while request is not None:
            page = request.execute()
            names += [file["name"] for file in page["files"]]
            pages += 1
            request = self.files.list_next(request, page)
        self.assertEqual((names, pages), ([f"p{number}.jpg" for number in reversed(range(7))], 3))
        one = "appProperties has { key='n' and value='4' } and '%s' in parents" % folder
        found = self.files.list(q=one, fields="files(name,appProperties)").execute()
        self.assertEqual(found["files"], [{"name": "p4.jpg", "appProperties": {"n": "4"}}])
        self.refused(400, "invalid", self.files.list(q="nmae = 'x'"))
        self.refused(400, "invalid", self.files.list(orderBy="size"))
        self.refused(400, "invalid", self.files.list(pageSize=1001))
        self.refused(400, "invalid", self.files.list(pageToken="nonsense"))

    def test_a_search_too_long_for_an_address_is_posted(self):
        folder = self.directory("long")
        self.photo("needle", parents=[folder])
        q = " or ".join(f"name = 'x{number}'" for number in range(200)) + f" or '{folder}' in parents"
        found = self.files.list(q=q, fields="files(name)").execute()
        self.assertEqual(found["files"], [{"name": "needle"}])

    def test_files_change_move_and_go(self):
        a, b = self.directory("a"), self.directory("b")
        id = self.photo("x.jpg", parents=[a], appProperties={"k": "v", "old": "1"})
        update = lambda **more: self.files.update(fileId=id, fields="name,parents,trashed,appProperties", **more)
        self.assertEqual(update(body={"name": "y.jpg"}).execute()["name"], "y.jpg")
        changed = update(body={"appProperties": {"old": None, "new": "2"}}).execute()
        self.assertEqual(changed["appProperties"], {"k": "v", "new": "2"})
        self.assertEqual(update(addParents=b, removeParents=a).execute()["parents"], [b])
        self.refused(403, "cannotAddParent", update(addParents=a))
        self.refused(403, "fieldNotWritable", update(body={"parents": [a]}))
        self.files.update(fileId=b, body={"trashed": True}).execute()
        file = self.files.get(fileId=id, fields="trashed,explicitlyTrashed").execute()
        self.assertEqual(file, {"trashed": True, "explicitlyTrashed": False})
        self.files.update(fileId=b, body={"trashed": False}).execute()
        self.assertFalse(self.files.get(fileId=id, fields="trashed").execute()["trashed"])
        self.assertIn(self.files.delete(fileId=b).execute(), (None, ""))
        self.refused(404, "notFound", self.files.get(fileId=id))
        self.refused(404, "notFound", self.files.create(body={"name": "z", "parents": [b]}))
        self.refused(403, "insufficientPermissions", self.files.emptyTrash())

    def test_a_folder_made_by_hand_is_not_for_this_app(self):
        foreign = sim("POST", "files", {"name": "by hand", "mimeType": DIRECTORY})["id"]
        error = self.refused(404, "notFound", self.files.create(body={"name": "x", "parents": [foreign]}))
        self.assertEqual(error.reason, f"File not found: {foreign}.")

    def test_sharing_a_folder_shares_what_is_in_it(self):
        folder = self.directory("event")
        id = self.photo("a.jpg", parents=[folder])
        permissions = self.drive.permissions()
        public = {"type": "anyone", "role": "reader", "allowFileDiscovery": False}
        first = permissions.create(fileId=folder, body=public).execute()
        self.assertEqual(first["id"], "anyoneWithLink")
        self.assertEqual(permissions.create(fileId=folder, body=public).execute()["id"], first["id"])
        later = self.photo("b.jpg", parents=[folder])
        for photo in (id, later):
            file = self.files.get(fileId=photo, fields="permissionIds,shared").execute()
            self.assertIn("anyoneWithLink", file["permissionIds"])
            self.assertTrue(file["shared"])
            page = requests.get(f"{URL}file/d/{photo}/view", timeout=10)
            self.assertIn("Google Drive", page.text)
            self.assertEqual(requests.get(f"{URL}uc?id={photo}&export=download", timeout=10).content, b"photo")
        listed = permissions.list(fileId=id).execute()["permissions"]
        self.assertEqual(len(listed), 2)
        remove = permissions.delete(fileId=id, permissionId="anyoneWithLink")
        self.refused(403, "cannotModifyInheritedPermission", remove)
        permissions.delete(fileId=folder, permissionId="anyoneWithLink").execute()
        shut = requests.get(f"{URL}uc?id={id}&export=download", timeout=10)
        self.assertTrue(shut.url.endswith("/signin"), shut.url)

    def test_changes_are_told_in_order(self):
        start = self.drive.changes().getStartPageToken().execute()["startPageToken"]
        a, b = self.photo("a"), self.photo("b")
        self.files.delete(fileId=a).execute()
        page = self.drive.changes().list(pageToken=start, fields="newStartPageToken,changes(fileId,removed)").execute()
        self.assertEqual(page["changes"], [{"fileId": b, "removed": False}, {"fileId": a, "removed": True}])
        after = self.drive.changes().list(pageToken=page["newStartPageToken"]).execute()
        self.assertEqual(after["changes"], [])

    def test_the_client_retries_what_google_wants_retried(self):
        for kind in (
            {"status": {"status": 500}},
            {"status": {"status": 403, "reason": "userRateLimitExceeded", "retry_after": 1}},
            {"status": {"status": 403, "reason": "rateLimitExceeded"}},
            {"status": {"status": 429, "reason": "rateLimitExceeded"}},
        ):
            fault("list", kind, times=2)
            patient(self.files.list()).execute(num_retries=2)
        fault("list", {"status": {"status": 403, "reason": "dailyLimitExceeded"}}, times=1)
        with self.assertRaises(HttpError):
            patient(self.files.list()).execute(num_retries=2)
        patient(self.files.list()).execute()

    def test_the_plain_builder_reaches_the_simulator_too(self):
        options = {"api_endpoint": f"{URL}drive/v3/"}
        plain = build("drive", "v3", credentials=stored(), static_discovery=True, client_options=options)
        self.assertIn("files", plain.files().list(pageSize=1).execute())


if __name__ == "__main__":
    URL, FOLDER = sys.argv[1], sys.argv[2]
    # A lie can also keep the client waiting for ever.
    faulthandler.dump_traceback_later(180, exit=True)
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
