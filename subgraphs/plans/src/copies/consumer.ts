/** Name of the consumer that keeps our copies of others' facts; its positions hang on it. */
export const CONSUMER = 'plans';
