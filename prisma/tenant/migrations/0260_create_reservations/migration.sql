-- Units of meters that are held for a while before they are used.
CREATE TABLE "usage_reservation" (
  "id" TEXT COLLATE "C" NOT NULL,
  "customer_id" TEXT COLLATE "C" NOT NULL,
  "meter_id" TEXT COLLATE "C" NOT NULL,
  "feature" TEXT NOT NULL,
  "quantity" DECIMAL NOT NULL,
  "status" TEXT NOT NULL,
  "used" DECIMAL,
  "event_id" TEXT COLLATE "C",
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "expires_at" TIMESTAMPTZ(6) NOT NULL,
  "ended_at" TIMESTAMPTZ(6),
  CONSTRAINT "usage_reservation_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "usage_reservation_customer" ON "usage_reservation" ("customer_id", "id");
-- What is held is looked at with each question whether a feature may be used.
CREATE INDEX "usage_reservation_held" ON "usage_reservation" ("customer_id", "expires_at") WHERE "status" = 'held';
