//! What customers ask, what the knowledge base says, and what the agent answers.

/// A kind of question. Texts may hold `{customer}`, `{item}` and `{order}`.
#[derive(Debug)]
pub(crate) struct Topic {
    /// What the customer writes.
    pub(crate) question: &'static str,
    /// What the agent searches for.
    pub(crate) query: &'static str,
    /// The place in [`ARTICLES`] of the article that helps.
    pub(crate) article: usize,
    /// A good answer.
    pub(crate) answer: &'static str,
}

/// An article of the knowledge base.
#[derive(Debug)]
pub(crate) struct Article {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

/// First names of customers.
pub(crate) const CUSTOMERS: [&str; 16] = [
    "Amara", "Bogdan", "Chiara", "Dipika", "Elif", "Farid", "Greta", "Hiro", "Ines", "Jonas",
    "Kwame", "Lucía", "Maëlle", "Noor", "Oskar", "Priya",
];

/// Things the shop sells.
pub(crate) const ITEMS: [&str; 12] = [
    "desk lamp",
    "rain jacket",
    "espresso grinder",
    "hiking backpack",
    "wool blanket",
    "standing desk",
    "bike light",
    "cast-iron pan",
    "noise-cancelling headset",
    "garden hose",
    "kettle",
    "office chair",
];

/// Questions about an order.
pub(crate) const ORDER_TOPICS: [Topic; 6] = [
    Topic {
        question: "Where is my order {order}? It should have been here by now.",
        query: "late delivery",
        article: 0,
        answer: "Hello {customer}, your {item} is on its way. It left our warehouse and the \
                 carrier expects to deliver it in the next two days. You can follow it with the \
                 link in your shipping mail.",
    },
    Topic {
        question: "Order {order} came without the {item}. What now?",
        query: "item missing from parcel",
        article: 1,
        answer: "Hello {customer}, I'm sorry that the {item} was missing. I've asked the warehouse \
                 to send it today, free of charge. You'll get a mail once it is on its way.",
    },
    Topic {
        question: "I moved. Can you change the delivery address of {order}?",
        query: "change delivery address after ordering",
        article: 2,
        answer: "Hello {customer}, order {order} has not been packed yet, so the address can still \
                 be changed. Please reply with the new one and I'll put it in.",
    },
    Topic {
        question: "Please cancel {order}, I ordered the {item} by mistake.",
        query: "cancel an order",
        article: 3,
        answer: "Hello {customer}, no problem. {order} is cancelled and the amount goes back to \
                 the card you paid with.",
    },
    Topic {
        question: "The {item} from order {order} arrived broken, the box was fine though.",
        query: "damaged item replacement",
        article: 4,
        answer: "Hello {customer}, I'm sorry about the {item}. I can send a new one today or \
                 refund it, whichever you like better. You need not send the broken one back.",
    },
    Topic {
        question: "My bank shows two payments for {order}. Why?",
        query: "charged twice",
        article: 5,
        answer: "Hello {customer}, the second line is a reservation that your bank releases by \
                 itself. Only one payment for {order} was collected.",
    },
];

/// Questions about the shop's rules.
pub(crate) const POLICY_TOPICS: [Topic; 8] = [
    Topic {
        question: "How long can I return the {item} if I don't like it?",
        query: "return period",
        article: 6,
        answer: "Hello {customer}, you can return the {item} within thirty days, as long as it is \
                 unused. Shall I send you a label?",
    },
    Topic {
        question: "I sent the {item} back last week. When do I get my money?",
        query: "refund time after return",
        article: 7,
        answer: "Hello {customer}, refunds leave us within three working days of arrival at our \
                 warehouse. Your bank may need two more.",
    },
    Topic {
        question: "I need an invoice with our VAT number on it.",
        query: "invoice with VAT number",
        article: 8,
        answer: "Hello {customer}, please add the VAT number under Account, Billing. The invoice \
                 is then made anew and sent to you at once.",
    },
    Topic {
        question: "Do you ship the {item} to Norway, and what would that cost?",
        query: "international shipping cost",
        article: 9,
        answer: "Hello {customer}, yes, we ship the {item} to Norway. The cost and the customs \
                 fees are shown before you pay.",
    },
    Topic {
        question: "Is the warranty of the {item} void if I change the cable myself?",
        query: "warranty own repair",
        article: 10,
        answer: "Hello {customer}, changing the cable does not end the warranty if you use a part \
                 of the same rating. Please keep the receipt for it.",
    },
    Topic {
        question: "Can I use two gift cards for one {item}?",
        query: "several gift cards",
        article: 11,
        answer: "Hello {customer}, yes, you can enter up to five gift cards, one after the other, \
                 on the payment page.",
    },
    Topic {
        question: "How do I delete my account and everything you know about me?",
        query: "delete account and data",
        article: 12,
        answer: "Hello {customer}, you can delete your account under Account, Privacy. What the \
                 law makes us keep, such as invoices, is locked and then erased.",
    },
    Topic {
        question: "The discount code for the {item} is not accepted, what am I doing wrong?",
        query: "discount code not accepted",
        article: 13,
        answer: "Hello {customer}, the code does not apply to items that are already reduced. On \
                 anything else in your basket it works.",
    },
];

/// Small talk, for which no tool is called.
pub(crate) const TALK_TOPICS: [Topic; 3] = [
    Topic {
        question: "Thanks, that solved it!",
        query: "",
        article: 0,
        answer: "You're welcome, {customer}. Enjoy your {item}!",
    },
    Topic {
        question: "Hello, is anybody there?",
        query: "",
        article: 0,
        answer: "Hello {customer}, yes. What can I do for you?",
    },
    Topic {
        question: "Am I talking to a person or to a machine?",
        query: "",
        article: 0,
        answer: "I'm an assistant, {customer}, and a machine. If you'd rather talk to one of my \
                 human colleagues, just say so.",
    },
];

/// Answers that nobody should get.
pub(crate) const BAD_ANSWERS: [&str; 5] = [
    "That is stated in the terms and conditions. Read them.",
    "I could not find anything about that. Ask somewhere else.",
    "As I said, nothing can be done about the {item}. This conversation is closed.",
    "Your refund has been paid out twice already, so there is no reason to complain.",
    "You should have thought of that before you ordered the {item}.",
];

/// The knowledge base.
pub(crate) const ARTICLES: [Article; 14] = [
    Article {
        id: "kb-0107",
        title: "When parcels are late",
        text: "Parcels that are three working days late are traced with the carrier. After seven, \
               we send the goods again.",
    },
    Article {
        id: "kb-0112",
        title: "Something is missing",
        text: "Missing items are sent again free of charge if reported within fourteen days.",
    },
    Article {
        id: "kb-0118",
        title: "Changing the address",
        text: "The address can be changed until the order is packed, on the order's page or by us.",
    },
    Article {
        id: "kb-0121",
        title: "Cancelling an order",
        text: "Orders can be cancelled until they are packed. The amount goes back the way it \
               came.",
    },
    Article {
        id: "kb-0126",
        title: "Damaged goods",
        text: "Customers choose between a replacement and a refund. No photo is needed below the \
               limit of the customer's plan.",
    },
    Article {
        id: "kb-0133",
        title: "Double charges",
        text: "A second line is nearly always a reservation. Banks release it within five days.",
    },
    Article {
        id: "kb-0201",
        title: "Returns",
        text: "Unused goods can be returned within thirty days. The label is free on paid plans.",
    },
    Article {
        id: "kb-0204",
        title: "Refunds",
        text: "Refunds leave within three working days of arrival. Banks may need two more.",
    },
    Article {
        id: "kb-0215",
        title: "Invoices",
        text: "Invoices are made anew when billing details change, and sent by mail.",
    },
    Article {
        id: "kb-0222",
        title: "Shipping abroad",
        text: "We ship to forty countries. Duties are shown before payment and include all fees.",
    },
    Article {
        id: "kb-0230",
        title: "Warranty",
        text: "The warranty runs two years. Repairs with parts of the same rating do not end it.",
    },
    Article {
        id: "kb-0241",
        title: "Gift cards",
        text: "Up to five gift cards can be used for one payment. They do not expire.",
    },
    Article {
        id: "kb-0250",
        title: "Deleting an account",
        text: "Accounts are deleted at once. Invoices are locked and erased after the legal term.",
    },
    Article {
        id: "kb-0263",
        title: "Discount codes",
        text: "Codes do not apply to reduced goods, and only one can be used for an order.",
    },
];
