using MedQA.Datasets.Sources;
using MedQA.Evaluation;
using Parquet.Meta;

namespace MedQA.Datasets.Columnar;

/// <summary>Checks a Parquet file's metadata before the library trusts it.</summary>
internal static class ParquetCheck
{
    private const int MaxFooter = 16 << 20;
    private const int MaxPageHeader = 1 << 16;
    private const int MaxValuesPerRow = 20;

    /// <summary>Checks that the metadata at the file's end is whole.</summary>
    /// <returns>Its length in bytes.</returns>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public static async Task<int> FooterAsync(SourceFile file, CancellationToken cancellationToken)
    {
        var tail = await BytesAsync(file, file.Length - 8, 8, cancellationToken);
        var length = ThriftStructure.FooterLength(tail);
        if (length < 1 || length > Math.Min(MaxFooter, file.Length - 12))
        {
            throw new InvalidDataException("The file's metadata is missing or too long.");
        }

        var footer = await BytesAsync(file, file.Length - 8 - length, length, cancellationToken);
        new ThriftStructure(footer).Walk("FileMetaData");
        return length;
    }

    /// <summary>Checks that the pages of a row group are there, and what they unpack to.</summary>
    /// <returns>How many pages there are.</returns>
    /// <exception cref="InvalidDataException">A page is not as its header says.</exception>
    /// <exception cref="InputException">The pages unpack to more than the limit.</exception>
    public static async Task<int> PagesAsync(
        SourceFile file, RowGroup group, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        long unpacked = 0;
        var pages = 0;
        foreach (var column in group.Columns)
        {
            var about = column.MetaData ?? throw new InvalidDataException("A column has no metadata.");
            if (about.NumValues < 0 || about.NumValues > (long)options.MaxRows * MaxValuesPerRow)
            {
                throw new InvalidDataException("A column has too many values.");
            }

            var offset = new[] { about.DictionaryPageOffset ?? 0, about.DataPageOffset, about.IndexPageOffset ?? 0 }.Where(
                static offset => offset != 0).DefaultIfEmpty(-1).Min();
            for (long values = 0; values < about.NumValues; pages++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var page = await PageAsync(file, offset, cancellationToken);
                offset = page.Next;
                values += page.Values;
                unpacked += page.Unpacked;
                if (unpacked > options.MaxUnpackedBytes)
                {
                    throw new InputException(
                        options.FileName, $"a row group unpacks to more than {options.MaxUnpackedBytes:N0} bytes (MaxUnpackedBytes).");
                }
            }
        }

        return pages;
    }

    private static async Task<(long Next, long Values, long Unpacked)> PageAsync(
        SourceFile file, long offset, CancellationToken cancellationToken)
    {
        var bytes = await BytesAsync(file, offset, (int)Math.Clamp(file.Length - offset, 0, MaxPageHeader), cancellationToken);
        var header = new ThriftStructure(bytes);
        header.Walk("PageHeader");
        var type = header.Number("PageHeader", 1);
        var unpacked = header.Number("PageHeader", 2) ?? -1;
        var packed = header.Number("PageHeader", 3) ?? -1;
        var next = offset + header.Length + packed;
        var values = header.Number(type switch { 0 => "DataPageHeader", 2 => "DictionaryPageHeader", _ => "DataPageHeaderV2" }, 1) ?? -1;
        return packed >= 0 && unpacked >= 0 && next <= file.Length && type switch
        {
            0 or 3 => values > 0,
            2 => values >= 0 && values <= unpacked,
            _ => false,
        }
            ? (next, type == 2 ? 0 : values, unpacked)
            : throw new InvalidDataException("A page is not as its header says.");
    }

    private static async Task<byte[]> BytesAsync(SourceFile file, long offset, int count, CancellationToken cancellationToken)
    {
        if (offset < 0 || offset + count > file.Length)
        {
            throw new InvalidDataException("The file ends too early.");
        }

        var bytes = new byte[count];
        var stream = file.Rewind();
        stream.Position = offset;
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
