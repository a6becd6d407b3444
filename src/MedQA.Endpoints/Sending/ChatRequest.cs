namespace MedQA.Endpoints.Sending;

/// <summary>A request for chat completions.</summary>
/// <param name="Body">Its JSON.</param>
/// <param name="PromptTokens">The most tokens that its prompt has.</param>
/// <param name="MaxTokens">The most tokens of each answer.</param>
/// <param name="Count">How many answers it asks for.</param>
internal sealed record ChatRequest(byte[] Body, int PromptTokens, int MaxTokens, int Count)
{
    /// <summary>The most tokens that it can use.</summary>
    public long MostTokens => PromptTokens + ((long)MaxTokens * Count);
}
