"""What the shoppers of the example programme wrote: invented, without a name or a face."""

from standards.editions import Kind

# By code: what is written beside a miss. Every standard that asks for evidence when missed has at least one.
MISSED_NOTES: dict[str, tuple[str, ...]] = {
    "SHOP-01": ("Sign says 19:00, map says 20:00.", "No hours at the door at all."),
    "SHOP-02": ("Paper cup and a crushed box left of the door.", "Two wrappers in the doormat's corner."),
    "SHOP-03": ("One letter of the sign is dark.", "Left lamp in the window is off."),
    "SHOP-06": (
        "Three empty places in the bread shelf.",
        "Whole row of tea missing, price labels still there.",
    ),
    "SHOP-07": ("Two people at the till, neither looked up.", "I greeted first, after what felt like ages."),
    "SHOP-10": ("They finished the talk about the shift plan first.",),
    "SHOP-11": ("“That one again” – the whole queue could hear it.",),
    "SHOP-12": ("Two pallets of water in the main aisle.", "A ladder, nobody on it."),
    "SHOP-13": (
        "Four of ten without a price, all on the lowest board.",
        "Special offer table has no prices.",
    ),
    "SHOP-14": ("Walked around twice before I found somebody.",),
    "SHOP-18": ("“Don't have it.” Then silence.", "“Only what is on the shelf.”"),
    "SHOP-19": ("“That you have to do on the website.”", "Was handed a form and a pen."),
    "SHOP-22": ("One till open, seven people waiting.",),
    "SHOP-24": ("Shelf said 3.49, receipt says 3.99.", "Offer price was not taken off."),
    "SHOP-26": ("None that I noticed.", "Nothing special, just the usual."),
    "SHOP-28": ("Nobody at the door, nobody looked up.", "Back was turned when I left."),
    "SHOP-30": ("Handle torn before the tram stop.", "Yoghurt in the bag."),
    "CALL-01": (
        "Number only in the legal notice, four taps.",
        "Had to go through “Contact”, “Topics”, “Other”.",
    ),
    "CALL-02": ("No hours anywhere near the number.",),
    "CALL-03": ("Three long numbers on the invoice, none of them named.",),
    "CALL-12": ("Had to give my postcode twice.", "The second person knew nothing of what I had said."),
    "CALL-13": ("“One moment” and the music was on.",),
    "CALL-18": ("“No, we don't do that.” Nothing else.",),
    "CALL-19": ("“Please use our contact form.”", "“You will find everything online.” I had looked there."),
    "CALL-23": (
        "The call back on Thursday never came.",
        "E-mail promised for Tuesday, nothing until Friday.",
    ),
    "WEB-02": ("On the second page of results, after other brands.",),
    "WEB-04": ("Only “usually in stock”.", "A date appears after the address is typed."),
    "WEB-06": ("Newsletter was ticked already.", "Parcel insurance for 1.90 lay in the basket."),
    "WEB-07": ("Delivery 4.95 shows up on the very last page.",),
    "WEB-10": ("Page came back with everything empty.",),
    "WEB-19": ("No word. I looked it up myself.",),
    "WEB-20": ("Two days later than promised.", "Came on Saturday instead of Thursday."),
    "WEB-22": ("One corner crushed a hand deep.", "Box was wet on the underside."),
    "WEB-24": ("Blue instead of grey.", "One of the two cups was missing."),
    "WEB-25": ("Nothing but an advertisement.", "Only the goods and the packing list."),
    "MAIL-01": ("Only a form, no address to be found.", "The address hides in the legal notice."),
    "MAIL-02": ("“We will get back to you” – no number.",),
    "MAIL-06": ("Answer came on the fourth day.", "Had to wait over the weekend although I wrote on Monday."),
    "MAIL-12": ("“Please call our hotline.” That was the whole answer.",),
    "MAIL-13": ("Another customer's order stood in the quoted text.",),
    "MAIL-17": ("Asked for the order number again.",),
    "MAIL-18": ("The voucher promised for Friday has not come.",),
    "CHAT-01": ("Found it after five taps, in the footer of the help page.",),
    "CHAT-06": ("Eleven people before me, then nobody.",),
    "CHAT-07": ("It said it was “part of the team”. It was a program.",),
    "CHAT-12": ("Had typed my name into the form, was asked for it again.",),
    "CHAT-16": ("“Please send us an e-mail for that.”",),
    "CHAT-21": ("The link promised for the evening never came.",),
}

# By code: what is written beside a standard that was met and always wants its evidence; and some praise.
MET_NOTES: dict[str, tuple[str, ...]] = {
    "SHOP-24": ("Same price on shelf and receipt.", "Offer was taken off, as announced."),
    "SHOP-26": (
        "Wrapped the cup in paper without my asking.",
        "Held the door, I had both hands full.",
        "Came around the counter with the heavy bag.",
        "Let me taste the cheese before I chose.",
        "Said hello to the dog and fetched it a bowl of water.",
    ),
    "WEB-22": ("Box as new.", "A scratch on the tape, nothing else."),
    "WEB-25": ("Handwritten line, signed by the packer.", "A spare screw in a small bag.", "Sample of tea."),
    "SHOP-09": ("Remembered that I had asked for the same tea in spring.",),
    "SHOP-18": ("Rang the other shop and had one put aside for me.",),
    "SHOP-28": ("Looked up from the shelf and wished me a safe way home.",),
    "CALL-17": ("Told me about the spare part I had not thought of.",),
    "MAIL-10": ("Best answer so far, with a photo of the part.",),
}

FIRST_IMPRESSIONS: dict[Kind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Kind.SHOP: (
        ("Bright window, door open, smells of coffee.", "Everything in its place, I knew where to go."),
        ("Boxes in the aisle before I was through the door.", "Dim. I looked for somebody and saw nobody."),
    ),
    Kind.PHONE: (
        ("Picked up before I had my pen ready.", "A voice that was glad I rang."),
        ("Music, then a menu, then music.", "Felt as if I had woken somebody."),
    ),
    Kind.WEBSITE: (
        ("Page was there at once, big pictures.", "I saw the delivery date before I had to look for it."),
        ("A window about cookies, then one about the newsletter.", "Had to scroll past three banners."),
    ),
    Kind.EMAIL: (
        ("Address on the first page, with the time they need.", "One tap and I could write."),
        ("A page of topics, none of them mine.", "I looked for an address and found a form."),
    ),
    Kind.CHAT: (
        ("The chat opened with the hours and my place in the queue.", "No form, I could just write."),
        ("A program that did not understand me, twice.", "A window that covered the page."),
    ),
}

LAST_IMPRESSIONS: dict[Kind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Kind.SHOP: (
        ("Left with a smile and the thing I came for.", "A thank-you at the door. That stays."),
        ("Went out as unnoticed as I came in.", "Glad to be outside."),
    ),
    Kind.PHONE: (
        ("I know what happens next, and when.", "Thanked me for calling. I believed it."),
        ("Hung up and was no wiser.", "The line was cut before I had said goodbye."),
    ),
    Kind.WEBSITE: (
        ("On time, whole, and with a card inside.", "The box is still in use."),
        ("I have a parcel and a doubt.", "Three newsletters since then."),
    ),
    Kind.EMAIL: (
        ("Answered as if I stood in front of them.", "Nothing left open."),
        ("A text block with my name on top.", "I would ring next time."),
    ),
    Kind.CHAT: (
        ("Took four minutes and I had my answer.", "They waited until I closed the window."),
        ("“Is there anything else?” – everything else.", "Closed before I could copy the link."),
    ),
}

# By code: the sentence of the story when it was met, and when it was missed.
STORIES: dict[Kind, dict[str, tuple[str, str]]] = {
    Kind.SHOP: {
        "SHOP-07": (
            "Hardly inside, I was greeted from behind the shelf.",
            "Nobody took notice of me; I had time to read two posters.",
        ),
        "SHOP-14": (
            "When I needed somebody, somebody was there.",
            "I went looking for help past three counters.",
        ),
        "SHOP-16": (
            "They wanted to know who it was for before showing me anything.",
            "The first article that came to hand was held under my nose.",
        ),
        "SHOP-18": (
            "What I asked for was not there, but I was offered a way to get it.",
            "What I asked for was not there, and that was that.",
        ),
        "SHOP-22": (
            "The queue moved.",
            "Then the queue: one till, and everybody looking at the clock.",
        ),
        "SHOP-28": (
            "On the way out somebody called a goodbye after me.",
            "I walked out past two backs.",
        ),
    },
    Kind.PHONE: {
        "CALL-04": ("They picked up before I had sat down.", "It rang and rang."),
        "CALL-13": ("Before each hold I was asked.", "I was put into the music in the middle of a sentence."),
        "CALL-17": (
            "My request was settled in one call.",
            "In the end I had a promise and no answer.",
        ),
        "CALL-20": ("I know who does what until when.", "What happens next, nobody said."),
        "CALL-22": ("The goodbye was the nicest part.", "Click, and the line was dead."),
    },
    Kind.WEBSITE: {
        "WEB-04": (
            "The day of delivery stood beside the price.",
            "When it would come, I learned after typing my whole address.",
        ),
        "WEB-09": (
            "The form was short enough for the bus stop.",
            "The form wanted to know my date of birth.",
        ),
        "WEB-17": ("A message the evening before, so I was at home.", "The bell rang while I was out."),
        "WEB-20": ("It came on the day.", "It came, but not on the day."),
        "WEB-25": (
            "Inside lay a line written by hand.",
            "Inside: the goods, air, and an advertisement.",
        ),
    },
    Kind.EMAIL: {
        "MAIL-01": ("The address was there at first sight.", "I spent minutes looking for an address."),
        "MAIL-06": ("The answer came the next day.", "I had forgotten about it when the answer came."),
        "MAIL-09": ("All three points answered, one by one.", "Of my three points, one was overlooked."),
        "MAIL-11": ("Sunday was not possible, but they found me a Saturday.", "Sunday? “Not possible.”"),
        "MAIL-17": ("The second answer knew the first.", "The second answer began from zero."),
    },
    Kind.CHAT: {
        "CHAT-05": ("One sentence, and I had a person.", "I had to ask for a person again and again."),
        "CHAT-06": ("Somebody wrote at once.", "Then I waited, and made tea."),
        "CHAT-13": ("All I wanted to know, in one go.", "Half of what I wanted to know."),
        "CHAT-15": ("Sold out, but here is the dark one.", "Sold out. Full stop."),
        "CHAT-19": ("They thanked me and left the last word to me.", "The window closed by itself."),
    },
}

CLOSINGS = (
    ("I would send my mother there.", "Gladly again.", "That is how it should be."),
    ("It was all right.", "Neither here nor there.", "I would go again if it is on the way."),
    ("Not again, if I can choose.", "A pity, it would take so little.", "I felt like a disturbance."),
)

CAPTIONS = {
    "shelf": "Shelf near the door",
    "door": "The door, from the street",
    "till": "Receipt at the till",
    "parcel": "The parcel as it came",
    "screen": "What the phone showed",
}
