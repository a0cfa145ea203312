"""Invented names. A family draws its names from one pool; what becomes of it is drawn apart from that."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pool:
    """``language`` is spoken at home by some of its families; they read English unless it says otherwise."""

    weight: int
    language: str
    women: tuple[str, ...]
    men: tuple[str, ...]
    children: tuple[str, ...]
    surnames: tuple[str, ...]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


POOLS = (
    Pool(
        30,
        "",
        _names("Emma Lucy Claire Hannah Rachel Sophie Jane Beth Alice Helen Laura Kate Georgia Nicola Amy Holly"),
        _names("James Tom David Mark Andrew Simon Luke Peter Ben Adam Robert Chris Matthew Joe Neil Stuart"),
        _names("Oliver Isla Freddie Poppy Archie Evie Jack Ruby Alfie Florence Harry Daisy Theo Ivy Max Elsie Toby"),
        _names("Ashworth Bramley Coverdale Dunmore Ellwood Fairbrother Garside Holroyd Kettlewell Lockwood "
               "Marsden Northcott Oakden Pemberton Rushworth Sedgwick Thackray Underhill Wetherby Yarwood"),
    ),
    Pool(
        12,
        "pl",
        _names("Agnieszka Magda Joanna Ewa Karolina Monika Beata Dorota"),
        _names("Marek Piotr Tomasz Grzegorz Rafał Michał Łukasz Paweł"),
        _names("Zofia Antoni Hanna Jakub Maja Filip Oliwia Szymon Lena Kacper"),
        _names("Wrona Zielony Kowalik Malec Sowa Górka Dudek Lisek Wilk Bąk"),
    ),
    Pool(
        13,
        "ur",
        _names("Ayesha Farah Sadia Nadia Rabia Samina Bushra Hira"),
        _names("Imran Faisal Kashif Tariq Usman Bilal Zahid Omar"),
        _names("Zara Hamza Aisha Ibrahim Maryam Yusuf Hania Rayyan Inaya Musa"),
        _names("Siddiqui Chaudhry Qureshi Mirza Baig Rizvi Ansari Lodhi Khokhar Sheikh"),
    ),
    Pool(
        11,
        "bn",
        _names("Nasreen Rumana Shirin Tahmina Farzana Sultana Jahanara Lipi"),
        _names("Jamal Rafiq Shahid Anwar Kamrul Mizan Habib Arif"),
        _names("Anika Tanvir Nabila Rahim Sumaiya Fahim Raisa Adnan Mim Sajid"),
        _names("Rahman Chowdhury Talukdar Miah Sarker Bhuiyan Hoque Mollah"),
    ),
    Pool(
        8,
        "ro",
        _names("Ioana Elena Andreea Mihaela Raluca Cristina Simona Alina"),
        _names("Andrei Bogdan Mihai Radu Sorin Cătălin Vlad Ionuț"),
        _names("Sofia Matei Ana Luca Daria Ștefan Mara David Ilinca Tudor"),
        _names("Munteanu Lupu Ciobanu Rusu Dobre Sava Stoica Vasile"),
    ),
    Pool(
        8,
        "so",
        _names("Hodan Ifrah Sahra Ayaan Fadumo Hibo Nimco Ladan"),
        _names("Abdi Mohamed Liban Guled Yusuf Mahad Hassan Bashir"),
        _names("Amina Abdullahi Hafsa Zakariya Sumaya Ayub Ilhan Idris Ruqiya Bilal"),
        _names("Warsame Farah Abdulle Jama Elmi Hersi Samatar Duale"),
    ),
    Pool(
        7,
        "ar",
        _names("Layla Rania Huda Salma Dina Mona Noura Hanan"),
        _names("Karim Samir Tarek Nabil Walid Hisham Ziad Fadi"),
        _names("Lina Adam Yara Omar Jana Sami Talia Khalil Nour Rami"),
        _names("Haddad Khoury Mansour Nasser Sabbagh Darwish Hakim Najjar"),
    ),
    Pool(
        9,
        "",
        _names("Ngozi Abena Folake Akosua Ama Chioma Yetunde Efua"),
        _names("Chidi Kwame Tunde Kofi Emeka Yaw Segun Kojo"),
        _names("Ada Kwesi Temi Nana Zainab Obinna Esi Dayo Ife Kwaku"),
        _names("Achebe Osei Adeyemi Boateng Okonkwo Mensah Balogun Asante"),
    ),
    Pool(
        8,
        "",
        _names("Priya Meera Anjali Kavita Sunita Deepa Rekha Nisha"),
        _names("Rajesh Anil Vikram Sanjay Amit Nikhil Suresh Harpreet"),
        _names("Arjun Diya Rohan Anaya Veer Kiran Isha Dev Simran Aarav"),
        _names("Patel Sharma Gill Nair Reddy Desai Dhillon Iyer"),
    ),
    Pool(
        6,
        "",
        _names("Mei Linh Siew Yuki Hoa Xin Lan Grace"),
        _names("Wei Minh Jun Kenji Duc Feng Long Henry"),
        _names("Kai An Mina Leo Hana Ming Vy Ren Lily Bao"),
        _names("Chen Nguyen Tran Wong Tanaka Lam Zhou Pham"),
    ),
    Pool(
        7,
        "",
        _names("Marcia Keisha Camille Orla Siobhan Aoife Simone Bronwen"),
        _names("Delroy Winston Marlon Declan Ciaran Conor Andre Rhys"),
        _names("Jayden Aaliyah Finn Niamh Tyrell Saoirse Elijah Tia Cerys Dylan"),
        _names("Delaney Gallagher Campbell Grant Brannigan Francis Morgan-Hughes Fitzgerald"),
    ),
)  # fmt: skip

STREETS = (
    "Tanner's Row", "Mill Lane", "Priory Street", "Larch Close", "Canal Walk", "Chapel Hill", "Quarry Road",
    "Orchard Way", "Station Parade", "Minster Yard", "Bell Street", "Abbey Fields", "Cooper's Court", "Weavers Green",
    "Lime Avenue", "Foundry Road", "Swan Lane", "Kingfisher Drive", "Market Row", "Windmill Rise", "Old Dock Road",
    "Fuller Street",
)  # fmt: skip
