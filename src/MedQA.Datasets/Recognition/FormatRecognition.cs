using MedQA.Datasets.Columnar;
using MedQA.Datasets.Csv;
using MedQA.Datasets.Json;
using MedQA.Datasets.Lists;
using MedQA.Datasets.Sources;
using MedQA.Datasets.Spreadsheets;
using MedQA.Datasets.Tables;
using MedQA.Datasets.Xml;
using MedQA.Evaluation;
using JsonShape = MedQA.Datasets.Json.JsonShape;

namespace MedQA.Datasets.Recognition;

/// <summary>A file of which the format is known. Its records can be read any number of times, one reading at a time.</summary>
/// <param name="Format">The format.</param>
/// <param name="Read">Reads the records from the first.</param>
internal sealed record RecognizedFile(QuestionSetFormat Format, Func<CancellationToken, IAsyncEnumerable<SourceRecord>> Read)
{
    /// <summary>Why there is no record, if there is none; <see langword="null"/> for the usual message.</summary>
    public string? WhenEmpty { get; init; }
}

/// <summary>Recognizes files by their content.</summary>
internal static class FormatRecognition
{
    private const int HeadBytes = 4096;

    /// <summary>Recognizes a file.</summary>
    /// <exception cref="InputException">It is not a question set; the sentence names what it seems to be.</exception>
    public static async Task<RecognizedFile> RecognizeAsync(
        SourceFile file, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        if (file.Length == 0)
        {
            throw new InputException(options.FileName, "the file is empty.");
        }

        var bytes = await file.HeadAsync(HeadBytes, cancellationToken);
        if (ForeignContent.Name(bytes) is { } foreign)
        {
            throw new InputException(options.FileName, foreign);
        }

        if (bytes is [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..])
        {
            SpreadsheetQuestions.Check(file, options);
            return new RecognizedFile(QuestionSetFormat.Spreadsheet, token => SpreadsheetQuestions.ReadAsync(file, options, token));
        }

        if (bytes is [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..])
        {
            return new RecognizedFile(QuestionSetFormat.Parquet, token => ParquetQuestions.ReadAsync(file, options, token));
        }

        try
        {
            return await RecognizeTextAsync(file, options, cancellationToken);
        }
        catch (InputException exception) when (ForeignContent.Unreadable(bytes) is { } unreadable)
        {
            throw new InputException(options.FileName, unreadable, inner: exception);
        }
    }

    private static async Task<RecognizedFile> RecognizeTextAsync(
        SourceFile file, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        file.Legacy = await SourceText.LegacyEncodingAsync(file, cancellationToken);
        if (file.Legacy is not null)
        {
            options.Noted?.Invoke(
                "The file is not UTF-8; it is read as Windows-1252, as older spreadsheet programs write. Look at letters with accents, "
                    + "and save it as UTF-8 where they are wrong.");
        }

        var (head, isWhole) = await HeadAsync(file, cancellationToken);
        switch (head.AsSpan().TrimStart())
        {
            case ['<', ..]:
                return LiveQaXml.Matches(head)
                    ? new RecognizedFile(QuestionSetFormat.LiveQa, token => LiveQaXml.ReadAsync(file, options, token))
                    : throw new InputException(
                        options.FileName, $"the file is XML, but none of LiveQA's: its beginning has no {LiveQaXml.QuestionElement}.");
            case ['{' or '[', ..]:
                return RecognizeJson(file, head, options);
        }

        try
        {
            var layout = await CsvLayout.DetectAsync(head, isWhole, options, cancellationToken);
            return new RecognizedFile(QuestionSetFormat.Csv, token => CsvQuestions.ReadAsync(file, layout, options, token))
            {
                WhenEmpty = IsOneLine(head) && layout.Columns.Count < layout.ColumnCount ? NoLineBreak : null,
            };
        }
        catch (InputException) when (options.Map is null)
        {
            if (isWhole && IsOneLine(head) && IsJoined(head))
            {
                throw new InputException(options.FileName, NoLineBreak, 1);
            }

            if (await MmluQuestions.MatchesAsync(head, isWhole, options, cancellationToken))
            {
                return new RecognizedFile(QuestionSetFormat.Mmlu, token => MmluQuestions.ReadAsync(file, options, token));
            }

            if (isWhole && IsOneLine(head) && (head.AsSpan().ContainsAny(",;\t") || JoinedQuestions(head)))
            {
                throw new InputException(options.FileName, NoLineBreak, 1);
            }

            if (QuestionList.Matches(head))
            {
                return new RecognizedFile(QuestionSetFormat.QuestionList, token => QuestionList.ReadAsync(file, options, token));
            }

            throw;
        }
    }

    private const string NoLineBreak =
        "the file is one line without a line break, so there is no row below its header: curl -d takes the line breaks out of a file; "
            + "send it with --data-binary @FILE.";

    private static bool IsOneLine(string head) => !head.AsSpan().ContainsAny('\r', '\n');

    /// <summary>Returns whether one line is many: a header with what stood below it, or more fields than one question has.</summary>
    private static bool IsJoined(string head)
    {
        var fields = head.Split(',', ';', '\t');
        return fields.Length > MmluQuestions.MaxFieldsOfOneLine || fields.Any(static field => HeaderNames.IsQuestion(field.Trim(' ', '"')));
    }

    /// <summary>Returns whether a question mark is followed by the next question without a blank.</summary>
    private static bool JoinedQuestions(string head) =>
        head.Zip(head.Skip(1)).Any(static pair => pair.First is '?' && char.IsLetter(pair.Second));

    private static RecognizedFile RecognizeJson(SourceFile file, string head, QuestionSetOptions options)
    {
        var found = JsonHead.Read(head, options.Map, out var fault) ?? throw new InputException(options.FileName, fault);
        if (found.Format == QuestionSetFormat.PubMedQaLabels)
        {
            return new RecognizedFile(found.Format, _ => throw new InputException(
                options.FileName,
                "the file lists the decisions of PubMedQA's test questions, not the questions; import it together with the file of the "
                    + "questions (ori_pqal.json)."));
        }

        foreach (var name in found.Beside)
        {
            options.Noted?.Invoke($"'{Excerpt.Of(name)}' stands above the list '{Excerpt.Of(found.List!)}' and is not read: "
                + "if the questions are about it, name it context.");
        }

        return found.Shape == JsonShape.Lines
            ? new RecognizedFile(found.Format, token => JsonLines.ReadAsync(file, options, token))
            : new RecognizedFile(found.Format, token => JsonStream.ReadAsync(file, found.Shape, found.List, options, token));
    }

    private static async Task<(string Head, bool IsWhole)> HeadAsync(SourceFile file, CancellationToken cancellationToken)
    {
        using var text = await SourceText.OpenAsync(file, cancellationToken);
        var buffer = new char[CsvLayout.HeadLength];
        var read = await text.ReadBlockAsync(buffer.AsMemory(), cancellationToken);
        return (new string(buffer, 0, read), text.Peek() < 0);
    }
}
