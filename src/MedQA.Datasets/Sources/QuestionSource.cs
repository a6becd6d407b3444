using MedQA.Datasets.Csv;

namespace MedQA.Datasets.Sources;

/// <summary>A file of which the format is known. Its records can be read any number of times, one reading at a time.</summary>
/// <param name="Read">Reads the records from the first.</param>
internal sealed record QuestionSource(Func<CancellationToken, IAsyncEnumerable<SourceRecord>> Read)
{
    /// <summary>Recognizes a file by its content.</summary>
    /// <exception cref="QuestionSetException">It is no question set in a format that can be read.</exception>
    public static async Task<QuestionSource> RecognizeAsync(SourceFile file, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        if (file.Length == 0)
        {
            throw new QuestionSetException(options.FileName, "the file is empty.");
        }

        var head = await file.HeadAsync(4096, cancellationToken);
        if (ForeignContent.Name(head) is { } foreign)
        {
            throw new QuestionSetException(options.FileName, foreign);
        }

        using var text = await SourceText.OpenAsync(file, cancellationToken);
        var buffer = new char[CsvLayout.HeadLength];
        var read = await text.ReadBlockAsync(buffer.AsMemory(), cancellationToken);
        CsvLayout layout;
        try
        {
            layout = await CsvLayout.DetectAsync(new string(buffer, 0, read), text.Peek() < 0, options, cancellationToken);
        }
        catch (QuestionSetException fault) when (ForeignContent.Unreadable(head) is { } unreadable)
        {
            throw new QuestionSetException(options.FileName, unreadable, innerException: fault);
        }

        return new QuestionSource(token => CsvQuestions.ReadAsync(file, layout, options, token));
    }
}
