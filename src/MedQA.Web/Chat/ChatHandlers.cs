using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.LanguageModels;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Chat;

/// <summary>Answers tools that ask the model as they ask OpenAI's.</summary>
internal static class ChatHandlers
{
    /// <summary>The most tokens of a sample where a request leaves it open: a small model may go on until its context is full.</summary>
    private const int UsualMaxTokens = 1024;

    /// <summary>What stands for the logarithm of a probability of 0, as OpenAI's answers have it; JSON has no infinity.</summary>
    private const double LeastLogProbability = -9999;

    public static Task<IResult> ModelsAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var models = api.Asked!.All.Select(static asked => asked.Model.Description)
            .Select(static model => new ChatModel(model.Name, "model", 0, "medqa", model.ContextLength));
        return Task.FromResult(Results.Json(new ChatModelList("list", [.. models]), ChatJson.Default.ChatModelList));
    }

    public static async Task<IResult> CompleteAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var chat = await ReadAsync(api, request, cancellationToken);
        var asked = api.Asked!.All.FirstOrDefault(one => one.Model.Description.Name == chat.Model)
            ?? throw ChatFault.UnknownModel(chat.Model, [.. api.Asked.All.Select(static one => one.Model.Description.Name)]);
        var model = asked.Model;
        if (!model.Description.HasChatTemplate)
        {
            throw ChatFault.Unsupported("messages", $"cannot be read: model {chat.Model} has no chat template.");
        }

        if (chat.LogProbabilities && !model.Description.GivesLogLikelihoods)
        {
            throw ChatFault.Unsupported("logprobs", $"is true, but model {chat.Model} gives no log-probabilities.");
        }

        // Whoever leaves is no longer waited for, and a server that stops does not finish long answers first.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, api.Stopping);
        try
        {
            var (promptTokens, samples) = await SampleAsync(api, asked, chat, either.Token);
            return Results.Json(Completion(api, asked, chat, promptTokens, samples), ChatJson.Default.ChatCompletion);
        }
        catch (ContextOverflowException exception)
        {
            throw ChatFault.TooLong(exception.Explanation);
        }
        catch (ModelUnavailableException exception)
        {
            throw ChatFault.Unavailable(exception.Message);
        }
        catch (OperationCanceledException) when (api.Stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw ChatFault.Stopping();
        }
    }

    private static async Task<ChatRequest> ReadAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        await using var body = LimitedBody.OfJson(request.Http, api.Limits.MaxChatBytes);
        try
        {
            using var document = await JsonDocument.ParseAsync(
                body, new JsonDocumentOptions { AllowDuplicateProperties = false }, cancellationToken);
            return ChatRequest.Read(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw ChatFault.Body($"The body is not JSON: {JsonShape.PlaceOf(exception)}.");
        }
        catch (InvalidOperationException)
        {
            throw ChatFault.Body("A text in the body has an escape of half a character (a lone surrogate, such as \\ud83d alone).");
        }
    }

    private static async Task<(int PromptTokens, IReadOnlyList<Sample> Samples)> SampleAsync(
        Api api, AskedModel asked, ChatRequest chat, CancellationToken cancellationToken)
    {
        using var place = await asked.TakePlaceAsync(cancellationToken);
        var model = asked.Model;
        await using var prompt = await model.ReadAsync(chat.Prompt, cancellationToken);
        var left = model.Description.ContextLength - prompt.TokenCount;
        var samples = await prompt.SampleAsync(
            new SampleRequest
            {
                Count = chat.Choices,
                Temperature = chat.Temperature,
                TopP = chat.TopP,
                MaxTokens = chat.MaxTokens ?? Math.Clamp(left, 1, UsualMaxTokens),
                Stop = chat.Stop,
                StreamKey = chat.StreamKey(chat.Seed ?? AnySeed(api)),
                WantsTokenScores = chat.LogProbabilities,
            },
            cancellationToken);
        return (prompt.TokenCount, samples);
    }

    private static long AnySeed(Api api) => BinaryPrimitives.ReadInt64LittleEndian(Random(api, sizeof(long)));

    private static byte[] Random(Api api, int count)
    {
        var bytes = new byte[count];
        api.Random.GetBytes(bytes);
        return bytes;
    }

    private static ChatCompletion Completion(Api api, AskedModel asked, ChatRequest chat, int promptTokens, IReadOnlyList<Sample> samples)
    {
        var drawn = samples.Sum(static sample => (long)sample.DrawnTokens);

        // Of samples with thoughts it is not known which tokens those had.
        var details = samples.All(static sample => sample is { SpokenPart: null, Thought: null }) ? new ChatUsageDetails(0) : null;
        return new(
            $"chatcmpl-{Convert.ToHexStringLower(Random(api, 16))}",
            "chat.completion",
            api.Time.GetUtcNow().ToUnixTimeSeconds(),
            chat.Model,
            asked.SystemFingerprint,
            [.. samples.Select((sample, index) => new ChatChoice(
                index,
                AnswerOf(sample),
                sample.End switch
                {
                    SampleEnd.MaxTokens => "length",
                    SampleEnd.ContentFilter => "content_filter",
                    _ => "stop",
                },
                chat.LogProbabilities ? new([.. sample.TokenScores.Select(Token)]) : null))],
            new(promptTokens, drawn, promptTokens + drawn, details));
    }

    /// <summary>Returns what a sample says, and apart from it what it thinks.</summary>
    private static ChatAnswer AnswerOf(Sample sample)
    {
        if (sample.SpokenPart is not { } spoken)
        {
            return new("assistant", sample.Text, sample.Thought);
        }

        var said = sample.Text.Substring(spoken.Start, spoken.Length);
        var thought = string.Concat(sample.Text.AsSpan(0, spoken.Start), sample.Text.AsSpan(spoken.Start + spoken.Length)).Trim();
        foreach (var pair in ThoughtMarkers.Pairs)
        {
            thought = thought.StartsWith(pair.Open, StringComparison.Ordinal) ? thought[pair.Open.Length..].TrimStart() : thought;
            thought = thought.EndsWith(pair.Close, StringComparison.Ordinal) ? thought[..^pair.Close.Length].TrimEnd() : thought;
        }

        return new("assistant", said, thought);
    }

    private static ChatToken Token(TokenScore token) => new(
        Encoding.UTF8.GetString(token.Bytes.AsSpan()),
        Math.Max(token.LogProbability, LeastLogProbability),
        [.. token.Bytes.Select(static part => (int)part)],
        []);
}
