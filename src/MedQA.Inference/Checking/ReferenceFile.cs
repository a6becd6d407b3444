using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Inference.Checking;

/// <summary>A file of references: recognizes its kind by content, not by name, and reads its items.</summary>
/// <param name="Name">Its path relative to the references' folder.</param>
/// <param name="Path">Its path.</param>
internal sealed record ReferenceFile(string Name, string Path)
{
    /// <summary>Returns the files of a folder and its subfolders (read-me files aside), or the one file named.</summary>
    /// <exception cref="InputException">There is no such folder or file.</exception>
    public static IReadOnlyList<ReferenceFile> In(string path)
    {
        if (File.Exists(path))
        {
            return [new(System.IO.Path.GetFileName(path), path)];
        }

        if (!Directory.Exists(path))
        {
            throw new InputException(path, "there is no such folder or file of references.");
        }

        return [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Select(file => new ReferenceFile(System.IO.Path.GetRelativePath(path, file).Replace('\\', '/'), file))
            .Where(static file => !System.IO.Path.GetFileName(file.Name).StartsWith("README", StringComparison.OrdinalIgnoreCase))
            .OrderBy(static file => file.Name, StringComparer.Ordinal)];
    }

    /// <summary>Returns what the file holds; <see cref="ReferenceKind.Unknown"/> for anything else.</summary>
    /// <exception cref="InputException">It looks like references but is cut off.</exception>
    public async Task<ReferenceKind> FindKindAsync(CancellationToken cancellationToken)
    {
        switch (System.IO.Path.GetExtension(Name))
        {
            case ".jsonl":
                using (var lines = RegularFile.OpenText(Path))
                {
                    return await lines.ReadLineAsync(cancellationToken) is { } line && KindOf(line) == ReferenceKind.LogLikelihoods
                        ? ReferenceKind.LogLikelihoods
                        : ReferenceKind.Unknown;
                }

            case ".json":
                return KindOf(await RegularFile.ReadAllTextAsync(Path, cancellationToken));
            default:
                return ReferenceKind.Unknown;
        }
    }

    /// <summary>Returns the items of a JSON file.</summary>
    /// <exception cref="InputException">An item lacks a field or has one of another type.</exception>
    public async Task<T[]> ReadAsync<T>(JsonTypeInfo<T[]> type, CancellationToken cancellationToken)
    {
        await using var stream = RegularFile.Open(Path);
        try
        {
            return await JsonSerializer.DeserializeAsync(stream, type, cancellationToken) is { Length: > 0 } items
                ? items
                : throw new InputException(Name, "it has no items.");
        }
        catch (JsonException exception)
        {
            throw new InputException(Name, $"{exception.Path}: {exception.Message}", inner: exception);
        }
    }

    /// <summary>Returns the one item of a JSON file.</summary>
    /// <exception cref="InputException">It lacks a field or has one of another type.</exception>
    public async Task<T> ReadOneAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await using var stream = RegularFile.Open(Path);
        try
        {
            return await JsonSerializer.DeserializeAsync(stream, type, cancellationToken)
                ?? throw new InputException(Name, "it is null.");
        }
        catch (JsonException exception)
        {
            throw new InputException(Name, $"{exception.Path}: {exception.Message}", inner: exception);
        }
    }

    /// <summary>Returns the items of a file with one in each line.</summary>
    /// <exception cref="InputException">A line lacks a field or has one of another type.</exception>
    public async Task<IReadOnlyList<T>> ReadLinesAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var items = new List<T>();
        var number = 0;
        await foreach (var line in RegularFile.ReadLinesAsync(Path, cancellationToken))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                items.Add(JsonSerializer.Deserialize(line, type) ?? throw new InputException(Name, "it is null.", number));
            }
            catch (JsonException exception)
            {
                throw new InputException(Name, exception.Message, number, exception);
            }
        }

        return items;
    }

    private ReferenceKind KindOf(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var first = document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.GetArrayLength() > 0
                ? document.RootElement[0]
                : document.RootElement;
            var isList = document.RootElement.ValueKind == JsonValueKind.Array;
            return first.ValueKind != JsonValueKind.Object ? ReferenceKind.Unknown
                : isList && Has(first, "text", "ids", "decoded") ? ReferenceKind.Tokens
                : isList && Has(first, "messages", "rendered", "greedy") ? ReferenceKind.Chats
                : isList && Has(first, "input_ids", "last_logits") ? ReferenceKind.Logits
                : !isList && Has(first, "prompt", "continuations", "log_likelihoods") ? ReferenceKind.LogLikelihoods
                : !isList && Has(first, "soft_prompt_length") ? ReferenceKind.SoftPrompt
                : !isList && Has(first, "greedy_answers") ? ReferenceKind.Answers
                : !isList && Has(first, "proportion_intervals_95") ? ReferenceKind.Statistics
                : ReferenceKind.Unknown;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second: a name that is not valid Unicode.
            throw new InputException(Name, $"it is not valid JSON, perhaps cut off ({exception.Message.TrimEnd('.')}).", inner: exception);
        }
    }

    private static bool Has(JsonElement item, params ReadOnlySpan<string> members)
    {
        foreach (var member in members)
        {
            if (!item.TryGetProperty(member, out _))
            {
                return false;
            }
        }

        return true;
    }
}
