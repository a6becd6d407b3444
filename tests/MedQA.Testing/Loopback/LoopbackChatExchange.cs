namespace MedQA.Testing.Loopback;

/// <summary>A request of a loopback server, and what became of it.</summary>
/// <param name="Request">The request.</param>
/// <param name="Fault">What was done instead of answering well.</param>
/// <param name="At">When it came, since the server was started.</param>
/// <param name="PromptTokens">Tokens of the prompt that are charged.</param>
/// <param name="CompletionTokens">Generated tokens that are charged.</param>
/// <param name="IsStated">Whether the client was told what is charged; else only the server knows.</param>
public sealed record LoopbackChatExchange(
    LoopbackChatRequest Request, ChatFault Fault, TimeSpan At, int PromptTokens, int CompletionTokens, bool IsStated);
