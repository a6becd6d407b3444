namespace MedQA.Cli.Terminal;

/// <summary>The format of results.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>For programs.</summary>
    Json,

    /// <summary>For spreadsheets; lists and answers only.</summary>
    Csv,
}
