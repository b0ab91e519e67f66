import type {
  AcceptCommand,
  ContractCommand,
  EntitleCommand,
  PayerCommand,
  QuoteCommand,
  TerminateCommand,
} from './agreement-commands.js';
import type {
  AddonCommand,
  CouponCommand,
  FxCommand,
  MeterCommand,
  PlanCommand,
  PublishCommand,
} from './catalogue-commands.js';
import type {
  AutoTopUpCommand,
  ChargeCommand,
  CustomerCommand,
  GrantCommand,
  RefundCommand,
  UpdateCustomerCommand,
} from './customer-commands.js';
import type {
  AdvanceCommand,
  CorrectEventCommand,
  CreditNoteCommand,
  ConfirmPaymentCommand,
  InvoiceCommand,
  PayOfflineCommand,
  ResolveDisputeCommand,
  UseCommand,
  VoidEventCommand,
} from './invoice-commands.js';
import type {
  AddonChangeCommand,
  CancelCommand,
  ChangeCommand,
  CouponChangeCommand,
  PauseCommand,
  ResumeCommand,
  SubscribeCommand,
} from './subscription-commands.js';

/** Everything that a scenario can do. */
export type Command =
  | MeterCommand
  | PlanCommand
  | PublishCommand
  | AddonCommand
  | CouponCommand
  | FxCommand
  | CustomerCommand
  | UpdateCustomerCommand
  | ChargeCommand
  | GrantCommand
  | AutoTopUpCommand
  | RefundCommand
  | SubscribeCommand
  | ChangeCommand
  | CancelCommand
  | PauseCommand
  | ResumeCommand
  | AddonChangeCommand
  | CouponChangeCommand
  | UseCommand
  | CorrectEventCommand
  | VoidEventCommand
  | ConfirmPaymentCommand
  | InvoiceCommand
  | ResolveDisputeCommand
  | CreditNoteCommand
  | PayOfflineCommand
  | ContractCommand
  | TerminateCommand
  | QuoteCommand
  | AcceptCommand
  | PayerCommand
  | EntitleCommand
  | AdvanceCommand;
