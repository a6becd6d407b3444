using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MedQA.Web.Chat;

/// <summary>The JSON of the chat completions protocol: snake_case names, null values omitted.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatModelList))]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(ChatErrorBody))]
internal sealed partial class ChatJson : JsonSerializerContext;

/// <summary>The models.</summary>
internal sealed record ChatModelList(string Object, ImmutableArray<ChatModel> Data);

/// <summary>A model.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Object"><c>model</c>.</param>
/// <param name="Created">When it was made, which is not known: 0.</param>
/// <param name="OwnedBy">Who serves it.</param>
/// <param name="MaxModelLen">The most tokens of prompt and answer together; vLLM names it so.</param>
internal sealed record ChatModel(string Id, string Object, long Created, string OwnedBy, int MaxModelLen);

/// <summary>An answer.</summary>
internal sealed record ChatCompletion(
    string Id, string Object, long Created, string Model, string SystemFingerprint, ImmutableArray<ChatChoice> Choices, ChatUsage Usage);

/// <summary>One of the answer's samples.</summary>
internal sealed record ChatChoice(int Index, ChatAnswer Message, string FinishReason, ChatLogProbabilities? Logprobs);

/// <summary>A sample's text.</summary>
/// <param name="Role"><c>assistant</c>.</param>
/// <param name="Content">What the model says.</param>
/// <param name="ReasoningContent">What it thinks, where its tokens tell that apart.</param>
internal sealed record ChatAnswer(string Role, string Content, string? ReasoningContent);

/// <summary>How likely each token of a sample was.</summary>
internal sealed record ChatLogProbabilities(ImmutableArray<ChatToken> Content);

/// <summary>A token and how likely it was.</summary>
/// <param name="Token">Its text; U+FFFD stands for bytes that are a part of a character.</param>
/// <param name="Logprob">The natural logarithm of its probability.</param>
/// <param name="Bytes">Its bytes, as numbers.</param>
/// <param name="TopLogprobs">The likeliest tokens at its place, which are not given: empty.</param>
internal sealed record ChatToken(string Token, double Logprob, ImmutableArray<int> Bytes, ImmutableArray<int> TopLogprobs);

/// <summary>What a request used.</summary>
internal sealed record ChatUsage(long PromptTokens, long CompletionTokens, long TotalTokens, ChatUsageDetails? CompletionTokensDetails);

/// <summary>What the generated tokens were.</summary>
internal sealed record ChatUsageDetails(long ReasoningTokens);

/// <summary>An error as the protocol wraps it.</summary>
internal sealed record ChatErrorBody(ChatError Error);

/// <summary>An error.</summary>
/// <param name="Message">What is wrong, for people.</param>
/// <param name="Type">Whose fault it is.</param>
/// <param name="Param">The field at fault; <see langword="null"/> if none is.</param>
/// <param name="Code">What is wrong, for programs.</param>
internal sealed record ChatError(
    string Message,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Param,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Code);
