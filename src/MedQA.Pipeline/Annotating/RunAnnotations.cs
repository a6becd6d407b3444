using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Annotating;

/// <summary>The outcome of writing an annotation.</summary>
public enum AnnotateOutcome
{
    /// <summary>It is written.</summary>
    Written,

    /// <summary>There is no such run.</summary>
    NotFound,

    /// <summary>The run is being deleted.</summary>
    BeingDeleted,

    /// <summary>Somebody else has changed it since it was read; nothing is written.</summary>
    Changed,
}

/// <summary>
/// The names, tags and notes of runs. A run's blob <c>annotation.json</c> is the truth; its row has a copy, so that lists need not read
/// blobs. Whoever writes adds a mark to the row first, then writes the blob, then copies it and removes that mark: a row with a mark is not
/// believed, so that a process that is cut off in between, or that others overtake, leaves nothing false.
/// </summary>
public sealed class RunAnnotations
{
    private readonly RunStorage _storage;
    private readonly RunRows _runs;

    private const char BetweenMarks = ',';

    /// <summary>Reads and writes the annotations in a storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="signals">Tells those of this process who watch runs.</param>
    public RunAnnotations(RunStorage storage, PipelineSignals? signals = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        (_storage, _runs) = (storage, new RunRows(storage, signals));
    }

    /// <summary>Returns a text that changes with the annotation: two that say the same have the same one.</summary>
    public static string TagOf(RunAnnotation annotation) =>
        Base64Url.EncodeToString(SHA256.HashData(Write(annotation)).AsSpan(0, 12));

    /// <summary>
    /// Returns an annotation without blanks around its texts, empty texts and repeated tags.
    /// </summary>
    /// <exception cref="InputException">
    /// A text is too long, there are too many tags, or a text has characters that it may not have.
    /// </exception>
    public static RunAnnotation Checked(RunAnnotation annotation)
    {
        ArgumentNullException.ThrowIfNull(annotation);
        var name = Text("displayName", "name", annotation.DisplayName, RunAnnotation.MaxNameLength);
        ImmutableArray<string> tags =
        [
            .. (annotation.Tags ?? [])
                .Select(static (tag, index) => tag is null
                    ? throw new InputException(new FaultLocation(Field: $"tags[{index}]"), "A tag must be a text, not null.")
                    : Text($"tags[{index}]", "tag", tag, RunAnnotation.MaxTagLength))
                .OfType<string>()
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        if (tags.FirstOrDefault(static tag => tag.Contains(',', StringComparison.Ordinal)) is { } list)
        {
            throw new InputException(new FaultLocation(Field: "tags"), $"A tag cannot have a comma: '{list}'.");
        }

        if (tags.Length > RunAnnotation.MaxTags)
        {
            throw new InputException(
                new FaultLocation(Field: "tags"), $"A run can have at most {RunAnnotation.MaxTags} tags, and these are {tags.Length}.");
        }

        var note = Text("note", "note", annotation.Note?.ReplaceLineEndings("\n"), RunAnnotation.MaxNoteLength, hasLines: true);
        return new RunAnnotation { DisplayName = name, Tags = tags.IsEmpty ? null : tags, Note = note };
    }

    /// <summary>Returns what is written about a run, or <see langword="null"/> if there is no such run.</summary>
    /// <exception cref="InvalidDataException">The blob is damaged.</exception>
    public async Task<RunAnnotation?> FindAsync(RunId run, CancellationToken cancellationToken) =>
        await _runs.FindAsync(run, cancellationToken) is null ? null : (await ReadAsync(run, cancellationToken)).Annotation;

    /// <summary>Replaces what is written about a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="annotation">The new name, tags and note.</param>
    /// <param name="over">
    /// <see cref="TagOf"/> of the annotation to be replaced; <see langword="null"/> to replace any.
    /// </param>
    /// <param name="cancellationToken">Cancels the calls; the annotation is then the old or the new one.</param>
    /// <exception cref="InputException">See <see cref="Checked"/>.</exception>
    public async Task<AnnotateOutcome> WriteAsync(
        RunId run, RunAnnotation annotation, string? over, CancellationToken cancellationToken)
    {
        var content = Write(Checked(annotation));

        // Read before anything is marked: a damaged blob is told to the caller and to nobody else.
        if (await FindAsync(run, cancellationToken) is { } standing && over is not null && TagOf(standing) != over)
        {
            return AnnotateOutcome.Changed;
        }

        var mark = Guid.NewGuid().ToString("N");
        if (await MarkAsync(run, mark, cancellationToken) is { } refused)
        {
            return refused;
        }

        // A caller who leaves does not keep the mark from being removed.
        var written = await TryReplaceAsync(run, content, over, CancellationToken.None);
        return await SettleAsync(run, mark, CancellationToken.None)
            ? written ? AnnotateOutcome.Written : AnnotateOutcome.Changed
            : AnnotateOutcome.BeingDeleted;
    }

    /// <summary>
    /// Returns a row with what its run's blob says, if the row may have an outdated copy. For reading: it is not to be written.
    /// </summary>
    internal async Task<RunRow> WithCurrentAsync(RunRow row, CancellationToken cancellationToken)
    {
        if (row.Annotating is null)
        {
            return row;
        }

        try
        {
            var (current, _) = await ReadAsync(row.Summary.Run, cancellationToken);
            return row with { Annotating = null, Summary = row.Summary with { Annotation = current } };
        }
        catch (InvalidDataException)
        {
            // Whoever asks for the annotation itself is told; a list shows what was copied last.
            return row with { Annotating = null };
        }
    }

    /// <returns><see langword="null"/> once the row has the mark; otherwise why it cannot have it.</returns>
    private async Task<AnnotateOutcome?> MarkAsync(RunId run, string mark, CancellationToken cancellationToken)
    {
        while (await _runs.FindAsync(run, cancellationToken) is { } row)
        {
            if (IsGoing(row))
            {
                return AnnotateOutcome.BeingDeleted;
            }

            var marked = row with { Annotating = row.Annotating is { } others ? $"{others}{BetweenMarks}{mark}" : mark };
            if (await _runs.TryUpdateAsync(marked, cancellationToken) is not null)
            {
                return null;
            }
        }

        return AnnotateOutcome.NotFound;
    }

    private async Task<bool> TryReplaceAsync(RunId run, byte[] content, string? over, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (current, version) = await ReadAsync(run, cancellationToken);
            if (over is not null && TagOf(current) != over)
            {
                return false;
            }

            using var stream = new MemoryStream(content, writable: false);
            if (await _storage.Annotation(run).TryWriteAsync(stream, "application/json", version, cancellationToken) is not null)
            {
                return true;
            }
        }
    }

    /// <summary>
    /// Copies what the blob says into the row and removes the mark. Marks of others stay, who copy after they have written.
    /// </summary>
    /// <returns>Whether the run is still there; what was written after its deletion is removed.</returns>
    private async Task<bool> SettleAsync(RunId run, string mark, CancellationToken cancellationToken)
    {
        while (await _runs.FindAsync(run, cancellationToken) is { } row && !IsGoing(row))
        {
            var (current, _) = await ReadAsync(run, cancellationToken);
            var others = row.Annotating?.Split(BetweenMarks).Where(other => other != mark && other != RunRow.NotCopied).ToList() ?? [];
            var settled = row with
            {
                Annotating = others.Count == 0 ? null : string.Join(BetweenMarks, others),
                Summary = row.Summary with { Annotation = current },
            };
            if (await _runs.TryUpdateAsync(settled, cancellationToken) is not null)
            {
                return true;
            }
        }

        await _storage.Annotation(run).DeleteAsync(cancellationToken);
        return false;
    }

    private async Task<(RunAnnotation Annotation, StoredVersion? Version)> ReadAsync(RunId run, CancellationToken cancellationToken)
    {
        var blob = _storage.Annotation(run);
        if (await blob.FindStreamAsync(cancellationToken) is not { } opened)
        {
            return (new RunAnnotation(), null);
        }

        await using var content = opened.Content;
        try
        {
            return (
                await JsonSerializer.DeserializeAsync(content, PipelineJson.Compact.RunAnnotation, cancellationToken)
                    ?? new RunAnnotation(),
                opened.Version);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"The name, tags and note of run {run}, {blob.Name} in the container of runs, are damaged: "
                    + $"{exception.Message} Delete the blob, then write them again.",
                exception);
        }
    }

    private static bool IsGoing(RunRow row) =>
        row.Summary.State == RunState.Deleting || row.Summary.Requested == RequestedAction.Delete;

    private static byte[] Write(RunAnnotation annotation) =>
        JsonSerializer.SerializeToUtf8Bytes(annotation, PipelineJson.Compact.RunAnnotation);

    private static string? Text(string field, string what, string? text, int most, bool hasLines = false)
    {
        var trimmed = text?.Trim();
        if (string.IsNullOrEmpty(trimmed))
        {
            return null;
        }

        if (trimmed.Length > most)
        {
            throw new InputException(
                new FaultLocation(Field: field),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A run's {what} can have at most {most:#,0} characters, and this one has {trimmed.Length:#,0}."));
        }

        return trimmed.Any(letter => IsForbidden(letter) && !(hasLines && letter is '\n' or '\t'))
            ? throw new InputException(
                new FaultLocation(Field: field),
                $"A run's {what} cannot have {(hasLines ? "control characters other than line breaks and tabs" : "control characters")} or "
                    + "characters that change the direction of text.")
            : trimmed;
    }

    /// <summary>Control characters, and those that reorder the text around them (Unicode UAX 9), which could disguise a name.</summary>
    private static bool IsForbidden(char letter) =>
        char.IsControl(letter)
        || letter is '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
