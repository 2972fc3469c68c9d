"""sqlalchemy: classes mapped to tables of SQLite."""

import sqlalchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Price(Base):
    __tablename__ = "price"
    name: Mapped[str] = mapped_column(primary_key=True)
    cents: Mapped[int]


engine = sqlalchemy.create_engine("sqlite://")
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all([Price(name="tea", cents=300), Price(name="cake", cents=450)])
    session.commit()
    found = session.scalars(sqlalchemy.select(Price).where(Price.cents > 400)).all()
    assert [price.name for price in found] == ["cake"]
modules = (sqlalchemy,)


def fail():
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("SELECT * FROM no_such_table"))
