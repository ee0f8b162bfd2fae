"""How an intruder calls each route of Odoo that takes a thread, a model or a file.

``CALLS``: endpoint (add-on and method) → function of the intruder that yields calls.
``NOTHING``: endpoints that take none of these. An endpoint in neither makes the test
fail: look at what it gives to a customer, then say so here.
"""

import inspect
import json

ADDONS = ("mail", "portal", "web", "rating", "portal_rating", "html_editor", "sale")


def endpoints(env):
    """Return ``{"addon.method": who may call it}`` of what Odoo serves."""
    found = {}
    for rule in env["ir.http"].routing_map().iter_rules():
        method = rule.endpoint
        while not hasattr(method, "__self__"):
            method = method.func
        name = method.__name__
        classes = [c for c in type(method.__self__).__mro__ if name in vars(c)]
        addon = inspect.getmodule(classes[-1]).__name__.split(".")[2]
        if addon in ADDONS:
            found[f"{addon}.{name}"] = rule.endpoint.routing["auth"]
    return found


# === CALLS: (kind, url, params), of "post" with the files === #


def _data(who):
    lists = ["activities", "attachments", "followers", "messages", "contact_fields"]
    lists += ["scheduledMessages", "suggestedRecipients", "display_name"]
    params = {**who.thread, "access_params": who.access, "request_list": lists}
    more = ["failures", "systray_get_activities", "mail.canned.response"]
    more += ["init_messaging", "discuss_as_main", "channels_as_member"]
    more.append(["avatar_card", {"id": who.record.id, "model": "res.partner"}])
    for url in ("/mail/data", "/mail/action"):
        yield "json", url, {"fetch_params": [["mail.thread", params], *more]}


def _thread(url, **params):
    def calls(who):
        yield "json", url, {**who.thread, **who.access, **params}

    return calls


def _model(url, **params):
    def calls(who):
        record = {"res_model": who.record._name, "res_id": who.record.id}
        yield "json", url, {**record, **who.access, **params}

    return calls


def _recipients(who):
    yield "json", "/mail/thread/recipients", who.thread
    for message in who.messages:
        params = {**who.thread, "message_id": message.id}
        yield "json", "/mail/thread/recipients", params


def _suggested(who):
    url = "/mail/thread/recipients/get_suggested_recipients"
    yield "json", url, {**who.thread, "partner_ids": who.people.ids}


def _emails(who):
    params = {**who.thread, "emails": who.people.mapped("email")}
    yield "json", "/mail/partner/from_email", params


def _subscription(who):
    for follower in who.record.sudo().message_follower_ids:
        yield "json", "/mail/read_subscription_data", {"follower_id": follower.id}


def _subscribe(who):
    for url in ("/mail/thread/subscribe", "/mail/thread/unsubscribe"):
        yield from _model(url, partner_ids=who.people.ids)(who)


def _message(url, **params):
    def calls(who):
        for message in who.messages:
            yield "json", url, {"message_id": message.id, **who.access, **params}

    return calls


def _message_page(who):
    for message in who.messages:
        yield "get", f"/mail/message/{message.id}", who.access


def _rating(who):
    for rating in who.ratings:
        params = {"rating_id": rating.id, "publisher_comment": "I was here"}
        yield "json", "/website/rating/comment", params


def _post(who):
    for kind in ("comment", "notification", "auto_comment", "email"):
        post = {"body": "Asked by an intruder", "message_type": kind}
        post |= {"subtype_xmlid": "mail.mt_note", "partner_ids": who.people.ids}
        yield (
            "json",
            "/mail/message/post",
            {
                **who.thread,
                **who.access,
                "post_data": post,
            },
        )
    post = {"body": "Named", "attachment_ids": who.files.ids}
    post["attachment_tokens"] = [who.token] * len(who.files)
    yield "json", "/mail/message/post", {**who.thread, **who.access, "post_data": post}


def _upload(who):
    file = {"ufile": ("a.png", b"\x89PNG\r\n\x1a\n", "image/png")}
    for pending in ("true", "false"):
        data = {**who.thread, **who.access, "is_pending": pending}
        yield "post", "/mail/attachment/upload", data, file


def _attachment(url, **params):
    def calls(who):
        for file in who.files:
            params_of = {"attachment_id": file.id, "access_token": who.token, **params}
            yield "json", url, params_of

    return calls


def _zip(who):
    ids = ",".join(map(str, who.files.ids))
    yield "post", "/mail/attachment/zip", {"file_ids": ids, "zip_name": "all.zip"}, None


def _first_page(who):
    for file in who.files:
        url = f"/mail/attachment/pdf_first_page/{file.id}"
        yield "get", url, {"access_token": who.token}


def _avatar(who):
    for message in who.messages:
        url = f"/mail/avatar/mail.message/{message.id}/author_avatar/50x50"
        yield "get", url, {"access_token": who.token}


def _view(who):
    record = {"model": who.record._name, "res_id": who.record.id}
    yield "get", "/mail/view", {**record, "access_token": who.token}
    if page := who.page:
        yield "get", page, {"access_token": who.token}


def _unfollow(who):
    record = {"model": who.record._name, "res_id": who.record.id}
    for partner in who.people:
        yield (
            "get",
            "/mail/unfollow",
            {
                **record,
                "pid": partner.id,
                "token": who.token,
            },
        )


def _mailbox(who):
    for box in ("inbox", "history", "starred"):
        yield "json", f"/mail/{box}/messages", {"fetch_params": {}}


def _binary(who):
    for kind in ("content", "image"):
        for file in who.files:
            for token in ({}, {"access_token": who.token}):
                yield "get", f"/web/{kind}/{file.id}", token
                yield "get", f"/web/{kind}", {"id": file.id, **token}
                yield "get", f"/web/{kind}/ir.attachment/{file.id}/raw", token
                yield "get", f"/web/{kind}/ir.attachment/{file.id}/datas/a.txt", token
        for name in ("description", "image_1920", "avatar_128", "comment"):
            url = f"/web/{kind}/{who.record._name}/{who.record.id}/{name}"
            yield "get", url, {"access_token": who.token}
        for message in who.messages:
            yield "get", f"/web/{kind}/mail.message/{message.id}/body", {}
            yield "get", f"/web/{kind}/mail.message/{message.id}/author_avatar", {}


def _binary_upload(who):
    data = {"model": who.record._name, "id": who.record.id}
    file = {"ufile": ("a.txt", b"I was here", "text/plain")}
    yield "post", "/web/binary/upload_attachment", data, file


def _kw(model, method, *args, **kwargs):
    params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
    return "json", f"/web/dataset/call_kw/{model}/{method}", params


def _rpc(who):
    name, ids = who.record._name, who.record.ids
    yield _kw(name, "read", ids)
    yield _kw(name, "web_read", ids, specification={"display_name": {}})
    yield _kw(name, "search_read", [["id", "in", ids]])
    yield _kw(name, "web_search_read", [["id", "in", ids]], {"display_name": {}})
    yield _kw(name, "export_data", ids, ["id", "message_ids/body", "activity_ids/note"])
    yield _kw(name, "name_search", "")
    yield _kw(name, "copy", ids)
    yield _kw(name, "message_post", ids, body="I was here")
    yield _kw(name, "message_notify", ids, body="Hello", partner_ids=who.people.ids)
    yield _kw(name, "message_subscribe", ids, who.people.ids)
    yield _kw(name, "message_unsubscribe", ids, who.people.ids)
    yield _kw(name, "activity_schedule", ids, "mail.mail_activity_data_todo")
    yield _kw(name, "activity_feedback", ids, ["mail.mail_activity_data_todo"])
    on_record = [["res_model", "=", name], ["res_id", "in", ids]]
    for model in ("ir.attachment", "mail.activity", "mail.followers", "rating.rating"):
        yield _kw(model, "search_read", on_record)
    on_thread = [["model", "=", name], ["res_id", "in", ids]]
    for model in ("mail.message", "mail.scheduled.message", "mail.mail"):
        yield _kw(model, "search_read", on_thread)
    notes = who.messages.ids
    yield _kw("mail.message", "read", notes)
    yield _kw("mail.message", "portal_message_format", notes)
    yield _kw("mail.message", "write", notes, {"body": "I was here"})
    yield _kw("mail.message", "create", {"model": name, "res_id": ids[0], "body": "I"})
    yield _kw("mail.message", "toggle_message_starred", notes)
    yield _kw("mail.tracking.value", "search_read", [])
    yield _kw("mail.compose.message", "create", {"model": name, "res_ids": str(ids)})
    yield _kw("ir.attachment", "read", who.files.ids)
    yield _kw("ir.attachment", "create", {"name": "a", "res_model": name, "res_id": 1})


def _rpc_ours(who):
    for name in who.models:
        yield _kw(name, "search_read", [])
        yield _kw(name, "create", [{}])


def _call_kw(who):
    yield from _rpc(who)
    yield from _rpc_ours(who)


def _button(who):
    for method in ("action_close", "action_confirm", "action_cancel"):
        params = {"model": who.record._name, "method": method}
        params |= {"args": [who.record.ids], "kwargs": {}}
        yield "json", f"/web/dataset/call_button/{who.record._name}/{method}", params


def _export(who):
    fields = [{"name": "id", "label": "id"}, {"name": "message_ids/body", "label": "b"}]
    data = {"model": who.record._name, "fields": fields, "ids": who.record.ids}
    data |= {"domain": [], "import_compat": False, "groupby": []}
    for kind in ("csv", "xlsx"):
        yield "post", f"/web/export/{kind}", {"data": json.dumps(data)}, None


def _export_fields(who):
    params = {"model": who.record._name, "domain": []}
    yield "json", "/web/export/get_fields", params
    yield "json", "/web/export/namelist", {"model": who.record._name, "export_id": 1}


def _report(who):
    for report in ("sale.report_saleorder", "account.report_invoice"):
        for kind in ("html", "text"):
            yield "get", f"/report/{kind}/{report}/{who.record.id}", {}


def _json_page(who):
    for action in ("claims", "orders", "contacts"):
        yield "get", f"/json/1/{action}/{who.record.id}", {}


def _definitions(who):
    names = json.dumps([who.record._name, "mail.message"])
    yield "post", "/web/model/get_definitions", {"model_names": names}, None


def _editor(who):
    base = {"res_model": who.record._name, "res_id": who.record.id}
    root = "/html_editor"
    yield (
        "json",
        f"{root}/attachment/add_data",
        {
            **base,
            "name": "a.png",
            "data": "iVBORw0KGgo=",
            "is_image": False,
        },
    )
    yield "json", f"{root}/attachment/add_url", {**base, "url": "https://x.example"}
    yield "json", f"{root}/attachment/remove", {"ids": who.files.ids}
    broadcast = {"model_name": base["res_model"], "field_name": "description"}
    broadcast |= {"res_id": base["res_id"], "bus_data": {"a": 1}}
    yield "json", f"{root}/bus_broadcast", broadcast
    for file in who.files:
        yield "json", f"{root}/modify_image/{file.id}", {**base, "data": "iVBORw0KGgo="}
        for token in ("", f"?access_token={who.token}"):
            src = {"src": f"/web/image/{file.id}{token}"}
            yield "json", f"{root}/get_image_info", src


def _report_download(who):
    for report in ("sale.report_saleorder", "account.report_invoice"):
        url = f"/report/pdf/{report}/{who.record.id}"
        data = {"data": json.dumps([url, "qweb-text"]), "token": "x"}
        yield "post", "/report/download", data, None


def _action(who):
    for route in ("load", "run"):
        action = "export_crm.export_crm_claim_action"
        context = {"active_id": who.record.id, "active_model": who.record._name}
        params = {"action_id": action, "context": context}
        yield "json", f"/web/action/{route}", params


def _domain(who):
    params = {"model": who.record._name, "domain": [["id", "=", who.record.id]]}
    yield "json", "/web/domain/validate", params


def _preview_hide(who):
    ids = who.messages.sudo().message_link_preview_ids.ids or [1]
    yield "json", "/mail/link_preview/hide", {"message_link_preview_ids": ids}


def _vcard(who):
    for partner in who.people:
        yield "get", f"/web_enterprise/partner/{partner.id}/vcard", {}
    ids = ",".join(map(str, who.people.ids))
    yield "get", "/web/partner/vcard", {"partner_ids": ids}


def _order(who):
    if who.record != who.order:
        return
    url = f"/my/orders/{who.order.id}"
    token = {"access_token": who.token}
    yield "get", url, token
    yield "get", f"{url}/download_edi", token
    for file in who.files:
        yield "get", f"{url}/document/{file.id}", token
    yield "json", f"{url}/accept", {**token, "name": "I", "signature": "aGVsbG8="}
    yield "post", f"{url}/decline", {**token, "decline_message": "I was here"}, None
    yield "json", f"{url}/transaction", token


def _lists(who):
    yield "get", "/my/orders", {}
    yield "get", "/my/quotes", {}


def _rate(who):
    for token in (who.token, "1"):
        yield "get", f"/rate/{token}/5", {}
        yield "post", f"/rate/{token}/submit_feedback", {"rate": "5"}, None


def _address(who):
    for partner in who.people:
        yield "get", "/my/address", {"partner_id": partner.id}
        yield (
            "post",
            "/my/address/submit",
            {"partner_id": partner.id, "name": "I"},
            None,
        )
        yield "json", "/my/address/archive", {"partner_id": partner.id}


def _home(who):
    yield "get", "/my/home", {}
    counters = ["claim_count", "order_count", "quotation_count", "invoice_count"]
    yield "json", "/my/counters", {"counters": counters}


CALLS = {
    "mail.mail_data": _data,
    "mail.mail_action": _data,
    "mail.mail_thread_messages": _thread("/mail/thread/messages", fetch_params={}),
    "mail.mail_thread_recipients": _recipients,
    "mail.mail_thread_recipients_fields": _recipients,
    "mail.mail_thread_recipients_get_suggested_recipients": _suggested,
    "mail.mail_thread_partner_from_email": _emails,
    "mail.read_subscription_data": _subscription,
    "mail.mail_thread_subscribe": _subscribe,
    "mail.mail_thread_unsubscribe": _subscribe,
    "mail.mail_message_post": _post,
    "mail.mail_message_update_content": _message(
        "/mail/message/update_content", update_data={"body": "I was here"}
    ),
    "mail.mail_message_reaction": _message(
        "/mail/message/reaction", content="😊", action="add"
    ),
    "mail.translate": _message("/mail/message/translate"),
    "mail.mail_link_preview": _message("/mail/link_preview"),
    "mail.mail_thread_message_redirect": _message_page,
    "mail.mail_attachment_upload": _upload,
    "mail.mail_attachment_delete": _attachment("/mail/attachment/delete"),
    "mail.mail_attachment_get_zip": _zip,
    "mail.mail_attachment_pdf_first_page": _first_page,
    "mail.mail_attachement_update_thumbnail": _attachment(
        "/mail/attachment/update_thumbnail"
    ),
    "mail.mail_action_view": _view,
    "mail.mail_action_unfollow": _unfollow,
    "mail.discuss_inbox_messages": _mailbox,
    "mail.discuss_history_messages": _mailbox,
    "mail.discuss_starred_messages": _mailbox,
    "portal.portal_avatar": _avatar,
    "portal.portal_chatter_init": _thread("/portal/chatter_init"),
    "portal.portal_message_fetch": _thread("/mail/chatter_fetch", fetch_params={}),
    "portal.portal_message_update_is_internal": _message(
        "/mail/update_is_internal", is_internal=False
    ),
    "portal.attachment_remove": _attachment("/portal/attachment/remove"),
    "portal.portal_address": _address,
    "portal.portal_address_submit": _address,
    "portal.address_archive": _address,
    "portal.home": _home,
    "portal.counters": _home,
    "rating.action_open_rating": _rate,
    "rating.action_submit_rating": _rate,
    "portal_rating.publish_rating_comment": _rating,
    "html_editor.add_data": _editor,
    "html_editor.add_url": _editor,
    "html_editor.remove": _editor,
    "html_editor.modify_image": _editor,
    "html_editor.get_image_info": _editor,
    "html_editor.bus_broadcast": _editor,
    "sale.portal_order_page": _order,
    "sale.portal_my_sale_order_download_edi": _order,
    "sale.portal_quote_document": _order,
    "sale.portal_quote_accept": _order,
    "sale.portal_quote_decline": _order,
    "sale.portal_order_transaction": _order,
    "sale.portal_my_orders": _lists,
    "sale.portal_my_quotes": _lists,
    "web.content_common": _binary,
    "web.content_image": _binary,
    "web.upload_attachment": _binary_upload,
    "web.call_kw": _call_kw,
    "web.call_button": _button,
    "web.get_fields": _export_fields,
    "web.namelist": _export_fields,
    "web.web_export_csv": _export,
    "web.web_export_xlsx": _export,
    "web.report_routes": _report,
    "web.web_json": _json_page,
    "web.web_json_1": _json_page,
    "web.get_model_definitions": _definitions,
    "web.download_vcard": _vcard,
    "web.report_download": _report_download,
    "web.load": _action,
    "web.run": _action,
    "web.validate": _domain,
    "mail.mail_link_preview_hide": _preview_hide,
}

# Channels of Discuss, databases, products of the shop, pages without a record.
NOTHING = """
html_editor.generate_text html_editor.get_ice_servers html_editor.image_shape
html_editor.link_preview_metadata html_editor.link_preview_metadata_internal
html_editor.media_library_search html_editor.save_library_media html_editor.shape
html_editor.video_url_data
mail.add_favorite mail.audio_worklet_processor mail.categories
mail.channel_call_cancel_invitation mail.channel_call_join mail.channel_call_leave
mail.channel_ping mail.channel_upgrade mail.discuss_channel
mail.discuss_channel_avatar_update mail.discuss_channel_chat_from_token
mail.discuss_channel_invitation mail.discuss_channel_join
mail.discuss_channel_mark_as_read mail.discuss_channel_meet_from_token
mail.discuss_channel_members mail.discuss_channel_messages
mail.discuss_channel_notify_typing mail.discuss_channel_pins
mail.discuss_channel_set_new_message_separator mail.discuss_channel_sub_channel_create
mail.discuss_channel_sub_channel_fetch mail.discuss_custom_notifications
mail.discuss_delete_sub_channel mail.discuss_mute mail.export_icon_to_png
mail.get_favorites mail.load_attachments mail.mail_guest_update_name
mail.remove_favorite mail.search mail.session_call_notify
mail.session_update_and_broadcast mail.set_manual_im_status mail.update_bus_presence
mail.voice_worklet_processor
portal.account portal.deactivate_account portal.my_addresses
portal.portal_address_country_info portal.security
sale.sale_combo_configurator_get_data sale.sale_combo_configurator_get_price
sale.sale_product_configurator_create_product
sale.sale_product_configurator_get_optional_products
sale.sale_product_configurator_get_values
sale.sale_product_configurator_update_combination
web.account web.authenticate web.backup web.bootstrap_translations web.bundle
web.change_password web.check web.check_wkhtmltopdf web.company_logo
web.content_assets web.content_filestore web.create web.destroy web.drop web.duplicate
web.edit_custom web.export_xlsx web.formats web.get_fonts web.get_lang_list
web.get_session_info web.health web.index web.list web.load_breadcrumbs
web.login_successful_external_user web.logout web.manager web.modules web.offline
web.profile web.profile_config web.report_barcode web.restore web.robots
web.scoped_app web.scoped_app_icon_png web.scoped_app_manifest web.selector
web.service_worker web.speedscope web.switch_to_admin web.test_suite web.translations
web.unit_tests_suite web.version_info web.web_client web.web_load_menus web.web_login
web.webmanifest
"""
