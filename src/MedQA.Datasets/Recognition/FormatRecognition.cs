using MedQA.Datasets.Columnar;
using MedQA.Datasets.Csv;
using MedQA.Datasets.Json;
using MedQA.Datasets.Lists;
using MedQA.Datasets.Sources;
using MedQA.Datasets.Spreadsheets;
using MedQA.Datasets.Xml;

namespace MedQA.Datasets.Recognition;

/// <summary>A file of which the format is known. Its records can be read any number of times, one reading at a time.</summary>
/// <param name="Format">The format.</param>
/// <param name="Read">Reads the records from the first.</param>
internal sealed record RecognizedFile(QuestionSetFormat Format, Func<CancellationToken, IAsyncEnumerable<SourceRecord>> Read);

/// <summary>Recognizes files by their content.</summary>
internal static class FormatRecognition
{
    private const int HeadBytes = 4096;

    /// <summary>Recognizes a file.</summary>
    /// <exception cref="QuestionSetException">It is in no format of question sets; the sentence names what it seems to be.</exception>
    public static async Task<RecognizedFile> RecognizeAsync(SourceFile file, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        if (file.Length == 0)
        {
            throw new QuestionSetException(options.FileName, "the file is empty.");
        }

        var bytes = await file.HeadAsync(HeadBytes, cancellationToken);
        if (ForeignContent.Name(bytes) is { } foreign)
        {
            throw new QuestionSetException(options.FileName, foreign);
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
        catch (QuestionSetException fault) when (ForeignContent.Unreadable(bytes) is { } unreadable)
        {
            throw new QuestionSetException(options.FileName, unreadable, innerException: fault);
        }
    }

    private static async Task<RecognizedFile> RecognizeTextAsync(SourceFile file, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        var (head, isWhole) = await HeadAsync(file, cancellationToken);
        switch (head.AsSpan().TrimStart())
        {
            case ['<', ..]:
                return LiveQaXml.Matches(head)
                    ? new RecognizedFile(QuestionSetFormat.LiveQa, token => LiveQaXml.ReadAsync(file, options, token))
                    : throw new QuestionSetException(options.FileName, $"the file is XML, but none of LiveQA's: its beginning has no {LiveQaXml.QuestionElement}.");
            case ['{' or '[', ..]:
                return RecognizeJson(file, head, options);
        }

        try
        {
            var layout = await CsvLayout.DetectAsync(head, isWhole, options, cancellationToken);
            return new RecognizedFile(QuestionSetFormat.Csv, token => CsvQuestions.ReadAsync(file, layout, options, token));
        }
        catch (QuestionSetException)
        {
            if (await MmluQuestions.MatchesAsync(head, isWhole, options, cancellationToken))
            {
                return new RecognizedFile(QuestionSetFormat.Mmlu, token => MmluQuestions.ReadAsync(file, options, token));
            }

            if (QuestionList.Matches(head))
            {
                return new RecognizedFile(QuestionSetFormat.QuestionList, token => QuestionList.ReadAsync(file, options, token));
            }

            throw;
        }
    }

    private static RecognizedFile RecognizeJson(SourceFile file, string head, QuestionSetOptions options)
    {
        var found = JsonHead.Read(head, out var fault) ?? throw new QuestionSetException(options.FileName, fault);
        if (found.Format == QuestionSetFormat.PubMedQaLabels)
        {
            return new RecognizedFile(found.Format, _ => throw new QuestionSetException(
                options.FileName, "the file lists the decisions of PubMedQA's test questions, not the questions; import it together with the file of the questions (ori_pqal.json)."));
        }

        return found.Shape == JsonShape.Lines
            ? new RecognizedFile(found.Format, token => JsonLines.ReadAsync(file, options, token))
            : new RecognizedFile(found.Format, token => JsonStream.ReadAsync(file, found.Shape, options, token));
    }

    private static async Task<(string Head, bool IsWhole)> HeadAsync(SourceFile file, CancellationToken cancellationToken)
    {
        using var text = await SourceText.OpenAsync(file, cancellationToken);
        var buffer = new char[CsvLayout.HeadLength];
        var read = await text.ReadBlockAsync(buffer.AsMemory(), cancellationToken);
        return (new string(buffer, 0, read), text.Peek() < 0);
    }
}
