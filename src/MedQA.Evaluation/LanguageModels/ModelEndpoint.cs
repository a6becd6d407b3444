namespace MedQA.Evaluation.LanguageModels;

/// <summary>Where a model that is asked over HTTP is, and what it costs.</summary>
/// <param name="Host">The host, with its port where that is not the scheme's own: where the questions are sent.</param>
/// <param name="Model">The model or deployment that requests name.</param>
/// <param name="Prices">Its prices; <see langword="null"/> if they are not known.</param>
public sealed record ModelEndpoint(string Host, string Model, TokenPrices? Prices);

/// <summary>What tokens cost.</summary>
/// <param name="Input">Price of a million tokens of prompts; 0 or more.</param>
/// <param name="Output">Price of a million generated tokens; 0 or more.</param>
/// <param name="Currency">The currency's code (ISO 4217).</param>
public sealed record TokenPrices(decimal Input, decimal Output, string Currency)
{
    /// <summary>Returns the price of tokens.</summary>
    public decimal CostOf(long promptTokens, long completionTokens) =>
        ((promptTokens * Input) + (completionTokens * Output)) / 1_000_000;
}
