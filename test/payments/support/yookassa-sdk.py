# Lets the official SDK of YooKassa judge a shop, its requests and its notifications. Reads one JSON object from the
# standard input and writes what the SDK makes of it.
import json
import sys

from yookassa import Configuration, Payment, Refund
from yookassa.domain.common import SecurityHelper
from yookassa.domain.notification import WebhookNotificationFactory
from yookassa.domain.request import PaymentRequest, RefundRequest

told = json.load(sys.stdin)
Configuration.configure(told['shopId'], told['secretKey'], api_url=told['url'])


def checked(make, body):
    request = make(body)
    request.validate()
    return dict(request)


def seen(payment):
    return {
        'id': payment.id,
        'status': payment.status,
        'value': str(payment.amount.value),
        'refunded': str(payment.refunded_amount.value) if payment.refunded_amount else None,
        'metadata': payment.metadata,
        'reason': payment.cancellation_details.reason if payment.cancellation_details else None,
    }


def heard(body):
    notification = WebhookNotificationFactory().create(body)
    return {'event': notification.event, 'id': notification.object.id}


def returned(refund):
    return {
        'status': refund.status,
        'payment_id': refund.payment_id,
        'value': str(refund.amount.value),
    }


json.dump(
    {
        'payments': [checked(PaymentRequest, body) for body in told['paymentRequests']],
        'refunds': [checked(RefundRequest, body) for body in told['refundRequests']],
        'found': [seen(Payment.find_one(payment_id)) for payment_id in told['paymentIds']],
        'listed': [item.id for item in Payment.list({'limit': 100}).items],
        'returned': [
            returned(item) for item in Refund.list({'payment_id': told['paymentIds'][0]}).items
        ],
        'heard': [heard(body) for body in told['notifications']],
        'trusted': [SecurityHelper().is_ip_trusted(address) for address in told['addresses']],
    },
    sys.stdout,
)
