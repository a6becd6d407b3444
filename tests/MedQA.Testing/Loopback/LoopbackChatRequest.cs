using System.Text.Json;

namespace MedQA.Testing.Loopback;

/// <summary>A request that a loopback server has received.</summary>
/// <param name="Number">Its number among all, from 1.</param>
/// <param name="Try">Its number among those with the same body, from 1.</param>
/// <param name="Body">Its JSON.</param>
/// <param name="Credential">The key or token that it carries; <see langword="null"/> if none.</param>
public sealed record LoopbackChatRequest(int Number, int Try, JsonElement Body, string? Credential)
{
    /// <summary>How many answers it asks for.</summary>
    public int Count => Body.TryGetProperty("n", out var n) ? n.GetInt32() : 1;

    /// <summary>Its seed; <see langword="null"/> if none.</summary>
    public long? Seed => Body.TryGetProperty("seed", out var seed) ? seed.GetInt64() : null;

    /// <summary>The most tokens of an answer.</summary>
    public int MaxTokens =>
        Body.TryGetProperty("max_tokens", out var most) || Body.TryGetProperty("max_completion_tokens", out most) ? most.GetInt32() : int.MaxValue;

    /// <summary>The stop texts.</summary>
    public string[] Stop => Body.TryGetProperty("stop", out var stop) ? [.. stop.EnumerateArray().Select(static one => one.GetString()!)] : [];

    /// <summary>The text of the last message.</summary>
    public string LastMessage => Body.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!;

    /// <summary>The tokens of the prompt: its words.</summary>
    public int PromptTokens => Body.GetProperty("messages").EnumerateArray().Sum(static message => Words(message.GetProperty("content").GetString()!).Length);

    internal static string[] Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
