"""A small file in the form of CDC's supporting data: an invented vaccine 901 in two doses, 902 may follow."""

SAMPLE = """<?xml version="1.0" encoding="UTF-8"?>
<antigenSupportingData>
  <contraindications>
    <vaccineGroup><contraindication>
      <observationCode>080</observationCode><observationTitle>Adverse reaction</observationTitle>
      <beginAge /><endAge />
    </contraindication></vaccineGroup>
    <vaccine><contraindication>
      <observationCode>187</observationCode><observationTitle>Allergy</observationTitle>
      <contraindicatedVaccine><cvx>901</cvx><beginAge /><endAge /></contraindicatedVaccine>
      <contraindicatedVaccine><cvx>902</cvx><beginAge>12 years</beginAge><endAge /></contraindicatedVaccine>
    </contraindication></vaccine>
  </contraindications>
  <series>
    <seriesName>Two of 901</seriesName><targetDisease>Invented</targetDisease><seriesType>Standard</seriesType>
    <equivalentSeriesGroups>2; 3</equivalentSeriesGroups>
    <requiredGender />
    <selectSeries>
      <defaultSeries>Yes</defaultSeries><productPath>No</productPath><seriesGroup>1</seriesGroup>
      <seriesPriority>A</seriesPriority><seriesPreference>1</seriesPreference>
      <minAgeToStart>n/a</minAgeToStart><maxAgeToStart>60 years</maxAgeToStart>
    </selectSeries>
    <seriesDose>
      <doseNumber>Dose 1</doseNumber>
      <age><absMinAge>18 years - 4 days</absMinAge><minAge>18 years</minAge><earliestRecAge>18 years</earliestRecAge>
        <latestRecAge /><maxAge /><effectiveDate /><cessationDate /></age>
      <interval /><allowableInterval />
      <preferableVaccine><vaccineType>Invented</vaccineType><cvx>901</cvx><beginAge>18 years</beginAge><endAge /><tradeName />
        <mvx>INV</mvx><volume>0.5</volume><forecastVaccineType>Y</forecastVaccineType></preferableVaccine>
      <allowableVaccine />
      <inadvertentVaccine><vaccineType>Other</vaccineType><cvx>903</cvx></inadvertentVaccine>
      <conditionalSkip /><recurringDose>No</recurringDose><seasonalRecommendation />
    </seriesDose>
    <seriesDose>
      <doseNumber>Dose 2</doseNumber><age />
      <interval><fromPrevious>N</fromPrevious><fromTargetDose /><fromMostRecent>903; 904 </fromMostRecent><fromRelevantObs />
        <absMinInt>0 days</absMinInt><minInt>28 days</minInt></interval>
      <interval><fromPrevious>Y</fromPrevious><absMinInt>21 days - 4 days</absMinInt><minInt>21 days</minInt>
        <earliestRecInt> 4 weeks</earliestRecInt><latestRecInt>8 weeks</latestRecInt>
        <effectiveDate>20211025</effectiveDate><cessationDate>20220901</cessationDate></interval>
      <allowableInterval><fromPrevious>N</fromPrevious><fromTargetDose>1</fromTargetDose><absMinInt>14 days</absMinInt>
      </allowableInterval>
      <preferableVaccine><cvx>901</cvx><forecastVaccineType>N</forecastVaccineType></preferableVaccine>
      <allowableVaccine><cvx>902</cvx><beginAge>0 days</beginAge><endAge> 60 years</endAge></allowableVaccine>
      <inadvertentVaccine />
      <conditionalSkip><context>Forecast</context><setLogic>OR</setLogic>
        <set><setID>1</setID><setDescription>for children</setDescription><conditionLogic />
          <condition><conditionID>1</conditionID><conditionType>Age</conditionType><endAge>5 years</endAge></condition></set>
        <set><setID>2</setID><conditionLogic>AND</conditionLogic>
          <condition><conditionType>Vaccine Count by Date</conditionType><startDate>20220902</startDate>
            <doseCount>0</doseCount><doseType>Valid</doseType><doseCountLogic>Greater Than</doseCountLogic>
            <vaccineTypes>902; 904</vaccineTypes></condition></set>
      </conditionalSkip>
      <recurringDose>Yes</recurringDose>
      <seasonalRecommendation><startDate>20210901</startDate><endDate>20220331</endDate></seasonalRecommendation>
    </seriesDose>
  </series>
  <series>
    <seriesName>At risk</seriesName><targetDisease>Invented</targetDisease><seriesType>Risk</seriesType>
    <equivalentSeriesGroups /><requiredGender>Female</requiredGender>
    <selectSeries><defaultSeries>No</defaultSeries><productPath>Yes</productPath><seriesGroup>2</seriesGroup>
      <seriesPriority>A</seriesPriority><seriesPreference>2</seriesPreference></selectSeries>
    <indication><observationCode><text>HIV</text><code>154</code></observationCode><beginAge>6 months</beginAge><endAge />
    </indication>
    <seriesDose><doseNumber>Dose 1</doseNumber><recurringDose>No</recurringDose></seriesDose>
  </series>
</antigenSupportingData>
"""
