namespace MedQA.Evaluation.LanguageModels;

/// <summary>A prompt, with what is to be generated after it, does not fit the model's context.</summary>
public sealed class ContextOverflowException : Exception
{
    /// <summary>Says how long the prompt is and what the model holds.</summary>
    public ContextOverflowException(int promptTokens, int wantedTokens, int contextLength)
        : base($"The prompt has {promptTokens} tokens and {wantedTokens} more are wanted, but the model's context holds {contextLength}. "
            + "Use fewer worked examples or a smaller maxTokens.")
    {
        PromptTokens = promptTokens;
        WantedTokens = wantedTokens;
        ContextLength = contextLength;
    }

    /// <summary>The prompt's length.</summary>
    public int PromptTokens { get; }

    /// <summary>How many tokens were wanted after it.</summary>
    public int WantedTokens { get; }

    /// <summary>How many tokens the model holds.</summary>
    public int ContextLength { get; }
}
