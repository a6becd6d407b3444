using System.Text;

namespace MedQA.Evaluation.LanguageModels;

/// <summary>Estimates tokens where only a model's service has its tokenizer.</summary>
public static class TokenEstimate
{
    /// <summary>
    /// Tokens around a message: its role and the marks of its beginning and end. OpenAI counts 3 to 4, other templates up to 8.
    /// </summary>
    private const int PerMessage = 8;

    /// <summary>
    /// Returns about how many tokens a prompt has, rather too many than too few: a third of its bytes in UTF-8. English has 4 to 5 bytes a
    /// token in the tokenizers of current models, Chinese and Japanese 3 to 4, Arabic and Hindi 3 to 6.
    /// </summary>
    public static int Of(Prompt prompt) => prompt switch
    {
        ChatPrompt chat => chat.Messages.Sum(static message => Of(message.Content) + PerMessage),
        CompletionPrompt completion => Of(completion.Text),
        _ => throw new ArgumentOutOfRangeException(nameof(prompt), prompt, "Unknown prompt."),
    };

    private static int Of(string text) => (Encoding.UTF8.GetByteCount(text) + 2) / 3;
}
