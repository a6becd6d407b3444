namespace MedQA.Evaluation.LanguageModels;

/// <summary>A prompt, with what is to be generated after it, does not fit the model's context.</summary>
/// <param name="promptTokens">The prompt's length.</param>
/// <param name="wantedTokens">How many tokens were requested after it.</param>
/// <param name="contextLength">How many tokens the model holds.</param>
public sealed class ContextOverflowException(int promptTokens, int wantedTokens, int contextLength) : InputException(
    new FaultLocation(),
    $"The prompt has {promptTokens} tokens and {wantedTokens} more are wanted, but the model's context holds {contextLength}.",
    "Use fewer worked examples or a smaller maxTokens.");
