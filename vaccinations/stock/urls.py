from django.urls import path

from vaccinations.stock import area_views, lot_views, sheet_views, vial_views, views

urlpatterns = [
    path("clinic/stock/", views.stock, name="stock"),
    path("clinic/stock/entries/", views.entries, name="stock-entries"),
    path("clinic/stock/entries/<int:pk>/take-back/", views.take_back, name="stock-take-back"),
    path("clinic/stock/receive/", views.receive, name="stock-receive"),
    path("clinic/stock/send/", views.send, name="stock-send"),
    path("clinic/stock/return/", views.return_doses, name="stock-return"),
    path("clinic/stock/waste/", views.waste, name="stock-waste"),
    path("clinic/stock/count/", views.count, name="stock-count"),
    path("clinic/stock/transfers/<int:pk>/arrival/", views.arrival, name="stock-arrival"),
    path("clinic/stock/transfers/<int:pk>/take-back/", views.call_back, name="stock-call-back"),
    path("clinic/stock/vials/", vial_views.board, name="stock-vials"),
    path("clinic/stock/vials/put-away/", vial_views.put_all_away, name="stock-put-all-away"),
    path("clinic/stock/vials/<int:pk>/put-away/", vial_views.put_away, name="stock-put-away"),
    path("clinic/stock/sheet/", sheet_views.sheet, name="stock-sheet"),
    path("clinic/stock/close/", sheet_views.close, name="stock-close"),
    path("clinic/stock/sheets/", sheet_views.closes, name="stock-closes"),
    path("clinic/stock/sheets/<int:pk>/", sheet_views.closed, name="stock-closed"),
    path("stock/", area_views.overview, name="stock-area"),
    path("stock/facilities/<int:pk>/", area_views.facility, name="stock-facility"),
    path("stock/sheets/<int:pk>/", area_views.closed, name="stock-area-closed"),
    path("stock/lots/", lot_views.lots, name="stock-lots"),
    path("stock/lots/<int:pk>/", lot_views.lot, name="stock-lot"),
    path("stock/lots/<int:pk>/recall/", lot_views.recall, name="stock-recall"),
    path("stock/lots/<int:pk>/lift/", lot_views.lift, name="stock-lift"),
    path("stock/lots/<int:pk>/extend/", lot_views.extend, name="stock-extend"),
    path("stock/recall/<int:pk>/", lot_views.recipients, name="stock-recipients"),
]
